"""What a township asked to do otherwise: one request approved, one that waits, one that is over; written as people would."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Q

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import Post, User
from burden.accounts.roles import Role
from burden.accounts.services import decide_requests, propose_post
from burden.demands.adaptations.models import Adaptation, Kind, Whom
from burden.demands.adaptations.services import approve_adaptation, join_adaptation, request_adaptation
from burden.demands.models import Demand, Frequency
from burden.demands.practices.services import adopt_practice, publish_practice, write_practice
from burden.demands.services import issue, save_draft
from burden.demo.places import COUNTY
from burden.entries.models import Answer, Entry, Reason
from burden.kit.clock import Week
from burden.standards.models import Category, Evidence
from burden.standards.rules.book import rulebook
from burden.units.models import Kind as UnitKind
from burden.units.models import Level, Unit

MOUNTAINS = "山区"

ADOPTED = 30  # weeks since others took the practice over


def adapt(*, now: dt.datetime) -> None:
    """Let the lead of a township ask, and the office decide; nothing where too little was asked to vary it."""
    county = Unit.every.get(code=COUNTY[0])
    low, high = county.range
    Unit.every.filter(kind=UnitKind.TOWNSHIP, path__gte=low, path__lt=high).update(traits=[MOUNTAINS])
    lead, office = (_actor(name, now) for name in ("lead", "office"))
    weekly = Demand.every.filter(frequency=Frequency.WEEKLY, issuer__path__gte=low, issuer__path__lt=high)
    rows = list(weekly.filter(receivers__levels__contains=["township"]).select_related("issuer").order_by("pk")[:2])
    monday = Week.at(now).plus(1)
    for demand, said in zip(rows, REQUESTS, strict=False):
        asked = _request(lead, now, monday, demand=demand, kind=Kind.FREQUENCY, whom=Whom.KIND, **said)
        if said["frequency"] == Frequency.MONTHLY:
            _approve(office, asked, now, "季末那一周照常报。")
    if len(rows) == len(REQUESTS):
        _doubt(rows[1])
        _join(lead, office, rows[0], county, now)
    _practise(lead, office, county, now)
    _share_form(lead, office, county, now)
    then = Week.at(now).plus(-30)
    past = now - dt.timedelta(weeks=30)
    rule = rulebook().of("MTG-LENGTH", then.monday, county.path)
    over = _request(
        lead, past, then, rule=rule, kind=Kind.RULE, whom=Whom.UNIT, threshold="300", change="合开一次，最长五小时",
        reason="柳河到县城来回三小时，两个会并成一个", weeks=26,
    )  # fmt: skip
    _approve(office, over, past, "")


REQUESTS: tuple[dict[str, Any], ...] = (
    {"frequency": Frequency.MONTHLY, "change": "每月一次", "reason": "各周的数基本一样，一个月报一次看得更清楚"},
    {"frequency": Frequency.QUARTERLY, "change": "每季一次", "reason": "季节性的事，平时都报“无”"},
)


def _doubt(demand: Demand) -> None:
    """Let every second mountain township say that something does not apply there: what was asked of all alike."""
    answered = Entry.every.filter(target__demand__title=demand.title, target__issuer=demand.issuer)
    chosen = answered.filter(unit__kind=UnitKind.TOWNSHIP, unit__code__regex="[02468]000$")
    chosen.update(answer=Answer.NOT_APPLICABLE, reason=Reason.NOTHING, evidence=Evidence.STATED)


def _join(lead: Actor, office: Actor, demand: Demand, county: Unit, now: dt.datetime) -> None:
    """Let the township ask for another form for itself alone, and two others join what was approved: one is in, one waits."""
    said: dict[str, Any] = {
        "kind": Kind.FORM,
        "whom": Whom.UNIT,
        "change": "只报变动，没有变动不报",
        "reason": "上月的表里九成没有变",
    }
    one = _request(lead, now, Week.at(now).plus(1), demand=demand, **said)
    _approve(office, one, now, "")
    low, high = county.range
    assert lead.unit is not None
    like = (
        Unit.every.filter(kind=lead.unit.kind, path__gte=low, path__lt=high).exclude(pk=lead.unit.pk).order_by("code")
    )
    joined = [
        join_adaptation(by=_as(lead.user, unit, Role.LEAD), adaptation=one, unit=unit, now=now) for unit in like[:2]
    ]
    if joined:
        _approve(office, joined[0], now, "")


def _practise(lead: Actor, office: Actor, county: Unit, now: dt.datetime) -> None:
    """Let the township write what it does differently, the office publish it, and three others take it over; each meets less since."""
    assert lead.unit is not None
    text = "镇里的会都放在周一、周四，县里来的会也请避开周三；必须开的改视频，一个人听，回来说两句。"
    past = now - dt.timedelta(weeks=ADOPTED + 1)
    written = write_practice(
        by=lead, unit=lead.unit, title="周三不开会", text=text, category=Category.MEETING,
        since=Week.at(past).plus(-14).monday, now=past,
    )  # fmt: skip
    publish_practice(by=office, practice=written, now=past)
    low, high = county.range
    others = Unit.every.filter(level=Level.TOWNSHIP, path__gte=low, path__lt=high).exclude(pk=lead.unit.pk)
    adopters = list(others.order_by("code")[:3])
    for unit in adopters:
        adopt_practice(by=_as(lead.user, unit, Role.LEAD), practice=written, unit=unit, now=past)
    since = Q(unit__in=adopters, week__gte=Week.at(past).plus(1).monday) | Q(unit=lead.unit, week__gte=written.since)
    met = Entry.every.filter(since, category=Category.MEETING)
    met.update(minutes=F("minutes") * 3 / 5, evidence=Evidence.STATED)  # said otherwise than what was asked had it


def _share_form(lead: Actor, office: Actor, county: Unit, now: dt.datetime) -> None:
    """Let the township ask its villages once a month on one form, write that down with the form, and another take both over."""
    assert lead.unit is not None
    at = now - dt.timedelta(weeks=2)
    first = Week.at(now).plus(2)
    by = _as(lead.user, lead.unit, Role.ISSUER)
    said = FORM | {"first_on": str(first.monday), "until": str(first.plus(23).sunday)}
    draft = save_draft(by=by, demand=None, values=said, now=at)
    form = issue(by=by, demand=draft, chosen="original", reason=INSTEAD, answers=dict.fromkeys(WAIVED, INSTEAD), now=at)
    written = write_practice(
        by=lead, unit=lead.unit, title="村里只填一张表", text=INSTEAD, category=Category.FORM,
        since=Week.at(at).monday, template=form, now=at,
    )  # fmt: skip
    publish_practice(by=office, practice=written, now=at + dt.timedelta(days=2))
    low, high = county.range
    others = Unit.every.filter(level=Level.TOWNSHIP, path__gte=low, path__lt=high).exclude(pk=lead.unit.pk)
    other = others.order_by("code").first()
    if other is None:
        return
    _let_register(other, now)
    took = now - dt.timedelta(days=5)
    adopt_practice(by=_as(lead.user, other, Role.LEAD), practice=written, unit=other, as_template=True, now=took)


def _let_register(unit: Unit, now: dt.datetime) -> None:
    """Let one of a township's cadres register in its name: asked for by one of the three and granted by another."""
    held = Post.objects.filter(unit=unit, role=Role.CADRE).order_by("pk").select_related("user").first()
    assert held is not None
    at, since = now - dt.timedelta(weeks=2), Week.at(now).plus(-1).monday
    asked = propose_post(by=_actor("sysadmin", now), user=held.user, unit=unit, role=Role.ISSUER, since=since, now=at)
    decide_requests(by=_actor("secadmin", now), requests=[asked], granted=True, now=at)


def _as(user: User, unit: Unit, role: Role) -> Actor:
    return Actor(user, (Post(user=user, unit=unit, role=role),))


INSTEAD = "防返贫、低保、残疾三张表的户信息由镇里从一张表带出，村里一个月只补一次变化。"
WAIVED = ("DUTY-UNLISTED", "FORM-CATALOGUE")
FORM: dict[str, Any] = {
    "title": "村情变化一张表", "category": "form", "subkind": "simple", "basis": "柳河镇党政办公会议定（演示）", "origin": "own",
    "channel": "formal", "frequency": "monthly", "people": 1, "minutes": 20, "receivers": {"levels": ["village"]},
    "fields": ["变化户数", "变化原因"],
}  # fmt: skip


def _actor(username: str, now: dt.datetime) -> Actor:
    found = actor_of(User.objects.get(username=username), now)
    assert found is not None
    return found


def _request(lead: Actor, now: dt.datetime, first: Week, *, weeks: int = 26, **said: Any) -> Adaptation:
    assert lead.unit is not None
    return request_adaptation(
        by=lead, unit=lead.unit, from_week=first.monday, until=first.plus(weeks - 1).sunday, now=now, **said
    )


def _approve(office: Actor, asked: Adaptation, now: dt.datetime, note: str) -> None:
    approve_adaptation(by=office, adaptation=asked, from_week=asked.from_week, until=asked.until, note=note, now=now)
