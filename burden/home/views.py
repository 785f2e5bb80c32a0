"""Where a person begins: what waits for them (待我办), and the remedies with the pages that carry them out (减负措施)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from burden.accounts.actor import Actor
from burden.accounts.remedies import REMEDIES, Door
from burden.accounts.roles import PRECEDENCE, READERS, Role
from burden.kit import clock
from burden.kit.access import Access, ActedRequest, access
from burden.kit.waiting import MOST, Waiting, waiting
from burden.standards.workdays import Workdays, workdays


@dataclass(frozen=True)
class Line:
    """One thing that waits. Units: `days` are calendar days that it has waited, `left` working days until it is due."""

    each: Waiting
    days: int
    left: int | None
    late: bool

    @property
    def is_today(self) -> bool:
        return self.left == 0 and not self.late


NEXT = {  # where each role goes on where nothing waits: route and words
    Role.CADRE: ("week", _("我的本周")),
    Role.LEAD: ("reports", _("看本单位的负担")),
    Role.ISSUER: ("demand_new", _("登记要下达的事")),
    Role.REVIEWER: ("reports", _("看总览")),
    Role.OFFICE: ("reports", _("看总览")),
    Role.OBSERVER: ("observing", _("写看到的事")),
    Role.SYSADMIN: ("people", _("人员与任职")),
    Role.SECADMIN: ("people", _("人员与任职")),
    Role.AUDITOR: ("audit", _("看审计记录")),
}


@access(*PRECEDENCE)
@never_cache
def todo(request: ActedRequest) -> HttpResponse:
    """Show what waits for the reader, the longest wait first, and nothing else."""
    now = clock.now()
    today, found = clock.day_of(now), waiting(request.actor, now)
    calendar = workdays()
    assert request.actor.main is not None  # who has no post is let in nowhere
    route, action = NEXT[Role(request.actor.main.role)]
    lines = [_line(each, today, calendar) for each in found[:MOST]]
    context = {
        "lines": lines,
        "has_more": len(found) > MOST,
        "most": MOST,
        "today": today,
        "tomorrow": today + clock.DAY,
        "late": sum(line.late for line in lines),
        "due": sum(line.is_today for line in lines),
        "next_url": reverse(route),
        "next_action": action,
    }
    return render(request, "home/todo.html", context)


def _line(each: Waiting, today: dt.date, calendar: Workdays) -> Line:
    left = calendar.left(today, each.due) if each.due else None
    return Line(each, max(0, (today - each.since).days), left, late=each.due is not None and each.due < today)


@access(*READERS, Role.CADRE)
def remedies(request: ActedRequest) -> HttpResponse:
    """Lead to the pages of each remedy that the reader may open; a remedy without any is left out."""
    actor = request.actor
    found = [
        (remedy, [(door, _address(actor, door)) for door in remedy.doors if _may_open(actor, door)])
        for remedy in REMEDIES
    ]
    return render(request, "home/remedies.html", {"remedies": [(remedy, doors) for remedy, doors in found if doors]})


def _address(actor: Actor, door: Door) -> str:
    post = actor.post(*READERS)
    return reverse(door.name, args=[post.unit.code] if door.of_unit and post else [])


def _may_open(actor: Actor, door: Door) -> bool:
    """Say whether the page's route lets the actor in; a page of a unit is of one whose sums the actor reads."""
    if door.of_unit and actor.post(*READERS) is None:
        return False
    declared: Access = resolve(_address(actor, door)).func.access  # type: ignore[attr-defined]
    return declared.roles is None or bool(actor.roles & declared.roles)
