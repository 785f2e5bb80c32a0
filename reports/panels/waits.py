"""What of signals waits for a reviewer, and which signals belong to a thing: named in settings.WAITING and settings.THREADS."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import READERS, Role
from burden.demands.models import Demand
from burden.kit import clock
from burden.kit.addresses import address
from burden.kit.clock import last_closed
from burden.kit.templatetags.show import hours
from burden.kit.threads import MOST as MOST_LINKS
from burden.kit.threads import Key, Link
from burden.kit.waiting import MOST, Waiting
from burden.oversight.models import Finding, Order, Source
from reports.models import Signal
from reports.panels.signals import RECENT, line
from reports.signals import read
from reports.signals.declared import WEEKS


def waiting(actor: Actor, now: dt.datetime) -> list[Waiting]:
    """Return to a reviewer the signals of the last weeks that nobody judged, as far as enough people stand behind them."""
    post = actor.post(Role.REVIEWER)
    if post is None:
        return []
    found = read.signals(actor, post.unit, last_closed(now).plus(1 - RECENT))
    rows = read.shown(actor, found, "", clock.day_of(now)).order_by("first_seen", "-person_min", "pk")[: MOST + 1]
    return [
        Waiting(
            _("信号"),
            line(each).words.title,
            _("%(unit)s，%(hours)s 人时") % {"unit": each.signal.unit.place, "hours": hours(each.person_min)},
            _url(each.signal, post.unit.code),
            _("核实"),
            since=each.signal.first_seen,
        )
        for each in read.told(rows)
        if each.person_min is not None
    ]


def thread(actor: Actor, kind: str, key: Key) -> list[Link]:
    """Return the signals about a demand, and the one that a finding or an order came from; of a signal its demands."""
    if actor.post(*READERS) is None:
        return []
    if kind == "signal":
        return _demands(actor, read.by_key(actor, str(key)))
    return _links(actor, _signals(actor, kind, key))


def _signals(actor: Actor, kind: str, key: Key) -> QuerySet[Signal] | list[Signal]:
    if kind == "demand":
        return _about(actor, int(key))
    if kind == "finding":
        raised = (
            Finding.objects.visible_to(actor).filter(pk=key, source=Source.SIGNAL).values_list("source_key", flat=True)
        )
    elif kind == "order":
        ordered = Order.objects.visible_to(actor).filter(pk=key, finding__source=Source.SIGNAL)
        raised = ordered.values_list("finding__source_key", flat=True)
    else:
        return []
    return [found for each in raised if (found := read.by_key(actor, each))]


def _about(actor: Actor, pk: int) -> QuerySet[Signal]:
    """Return the signals whose evidence names a demand, or what its issuer asks under its title."""
    demand = Demand.objects.visible_to(actor).filter(pk=pk).values("issuer_id", "title").first()
    seen: QuerySet[Signal] = Signal.objects.visible_to(actor)
    if demand is None:
        return seen.none()
    named = Q(evidence__demands__contains=[{"id": pk}])
    titled = Q(unit_id=demand["issuer_id"], evidence__title=demand["title"])
    return seen.filter(named | titled).select_related("unit__parent").order_by("-first_seen", "pk")[:MOST_LINKS]


def _demands(actor: Actor, signal: Signal | None) -> list[Link]:
    """Return the demands a signal is about, as _about finds them."""
    if signal is None:
        return []
    named = [each["id"] for each in signal.evidence.get("demands", ())]
    titled = Q(issuer_id=signal.unit_id, title=signal.evidence.get("title", ""))
    found = Demand.objects.visible_to(actor).filter(Q(pk__in=named) | titled & ~Q(title="")).select_related("issuer")
    return [
        Link(
            _("下达事项"), each.title, reverse("demand", args=[each.pk]), each.issuer.name,
            clock.day_of(each.issued_at or each.created_at),
        )
        for each in found.order_by(F("issued_at").desc(nulls_last=True), "-pk")[:MOST_LINKS]
    ]  # fmt: skip


def _links(actor: Actor, found: QuerySet[Signal] | list[Signal]) -> list[Link]:
    return [
        Link(_("信号"), line(each).words.title, _url(each.signal, each.signal.unit.code), each.signal.unit.place, each.signal.first_seen)
        for each in read.told(found)
        if each.person_min is not None
    ]  # fmt: skip


def _url(signal: Signal, code: str) -> str:
    """Return where a signal stands, whatever became of it."""
    return f"{address('signals', code, weeks=WEEKS, show=read.ALL, signal=signal.pk)}#signal-{signal.pk}"
