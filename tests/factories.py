"""Makes rows for tests as the owner: a small county, its people, what they filed."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any
from uuid import uuid4

from django.db.backends.postgresql.psycopg_any import DateRange

from burden.accounts.actor import Actor, actor_of
from burden.accounts.models import Post, User
from burden.accounts.services import put_question
from burden.demands.adaptations.models import Adaptation
from burden.demands.admissions.models import Admission
from burden.demands.models import Demand, Estimate, Target
from burden.demands.practices.models import Practice
from burden.entries.models import Entry, WeeklyReturn
from burden.entries.services import EntryDraft, Filing, file_week
from burden.feedback.codes import digest_of
from burden.feedback.models import Ticket
from burden.feedback.notices.models import Notice
from burden.feedback.sealing import Case
from burden.kit.clock import Week
from burden.oversight.models import Bulletin, Finding, Order, Recognition, Requirement
from burden.standards.models import DutyItem, PlanItem
from burden.units.models import Kind, Level, Placement, Unit, UnitPath

LONG_AGO = dt.date(
    2024, 12, 30
)  # a Monday before every test; each week since is counted anew where a post of then is filled
NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)  # Tuesday 10:00 in Shanghai
THIS_WEEK = Week(dt.date(2026, 11, 23))
LAST_WEEK = Week(dt.date(2026, 11, 16))
numbers = itertools.count(1)
KINDS = {Level.TOWNSHIP: Kind.TOWN, Level.VILLAGE: Kind.VILLAGE}


def make_unit(parent: Unit | None = None, level: str = Level.COUNTY, **facts: Any) -> Unit:
    """A unit that has always stood where it stands."""
    number = next(numbers)
    facts = {"code": f"99{number:010d}", "name": f"单位{number}", "kind": KINDS.get(level, level)} | facts
    depth = parent.depth + 1 if parent else 0
    unit = Unit.every.create(level=level, parent=parent, depth=depth, path=f"new{number}.", **facts)
    unit.path = f"{parent.path if parent else ''}{unit.pk}."
    unit.shard = (parent.shard if parent and level != Level.COUNTY else unit.pk) % 16
    unit.save()
    copied = {"name": unit.name, "level": level, "kind": unit.kind, "headcount": unit.headcount}
    Placement.objects.create(unit=unit, parent=parent, valid=DateRange(LONG_AGO, None), **copied)
    ancestors = [int(step) for step in unit.path.rstrip(".").split(".")]
    UnitPath.objects.create(unit=unit, from_week=LONG_AGO, path=unit.path, ancestors=ancestors)
    return unit


def make_user(name: str = "", **facts: Any) -> User:
    """A person who cannot log in until a test sets a password."""
    number = next(numbers)
    return User.objects.create(username=f"user{number}", name=name or f"干部{number}", **facts)


def make_post(
    unit: Unit, role: str = "cadre", user: User | None = None, since: dt.date = LONG_AGO, until: dt.date | None = None
) -> Post:
    """A post in force from a Monday on."""
    return Post.objects.create(user=user or make_user(), unit=unit, role=role, title="", valid=DateRange(since, until))


def make_actor(unit: Unit, role: str = "cadre", user: User | None = None) -> Actor:
    """An actor with one post."""
    actor = actor_of(make_post(unit, role, user).user, NOW)
    assert actor is not None
    return actor


def make_return(cadre: User, unit: Unit, week: Week = LAST_WEEK, entries: int = 0, **facts: Any) -> WeeklyReturn:
    """A filed return with as many plain entries of 30 minutes."""
    facts = {"receipt": uuid4().hex[:10], "filed_at": NOW, "changed_at": NOW} | facts
    filed = WeeklyReturn.every.create(cadre=cadre, unit=unit, week=week.monday, **facts)
    for number in range(entries):
        make_entry(filed, key=f"e{number}")
    return filed


def make_entry(filed: WeeklyReturn, **facts: Any) -> Entry:
    """One entry of a return."""
    facts = {"key": f"e{next(numbers)}", "category": "form", "title": "防汛值班表", "minutes": 30} | facts
    return Entry.every.create(
        weekly_return=filed, unit_id=filed.unit_id, cadre_id=filed.cadre_id, week=filed.week, **facts
    )


def make_draft(number: int = 1, **facts: Any) -> EntryDraft:
    """One row of a week that is about to be filed."""
    facts = {"key": f"e{number}", "answer": "done", "category": "form", "title": f"台账{number}", "minutes": 30} | facts
    return EntryDraft(**facts)


def make_filing(actor: Actor, *drafts: EntryDraft, **facts: Any) -> Filing:
    """File a week through the service: the first time, under a new key, unless said otherwise."""
    facts = {"week": LAST_WEEK, "client_key": uuid4(), "base_version": 0, "nil": not drafts, "now": NOW} | facts
    return file_week(by=actor, entries=drafts, **facts)


def make_demand(issuer: Unit, **facts: Any) -> Demand:
    """A demand that is out, without targets unless a test makes them."""
    facts = {
        "lead": issuer,
        "title": "农村人居环境整治月报",
        "basis": "农发〔2026〕12号",
        "state": "issued",
        "first_on": dt.date(2026, 11, 27),
        "minutes": 90,
        "people": 2,
        "receivers": {"levels": ["township"]},
        "created_at": NOW,
        "changed_at": NOW,
    } | facts
    if facts["state"] not in ("draft", "review"):
        facts.setdefault("issued_at", NOW)
    return Demand.every.create(issuer=issuer, created_by=facts.pop("created_by", None) or make_user(), **facts)


def make_estimate(demand: Demand, unit: Unit, *people: User, **facts: Any) -> Estimate:
    """What a unit is asked beforehand, put to these people in it."""
    facts = {"asked_at": NOW, "until": LAST_WEEK.plus(2).sunday} | facts
    estimate = Estimate.every.create(demand=demand, unit=unit, **facts)
    put_question(kind="estimate", subject=estimate.pk, people=[each.pk for each in people], now=facts["asked_at"])
    return estimate


def make_target(demand: Demand, unit: Unit, week: Week = THIS_WEEK, **facts: Any) -> Target:
    """What a demand asks of a unit in a week."""
    copied = {
        name: getattr(demand, name) for name in ("category", "people", "minutes", "travel_minutes", "prep_minutes")
    }
    facts = copied | {"due_on": week.sunday} | facts
    return Target.every.create(demand=demand, unit=unit, week=week.monday, issuer_id=demand.issuer_id, **facts)


def make_duty(county: Unit, kind: str = "basic", **facts: Any) -> DutyItem:
    """An item of a county's duty list."""
    number = next(numbers)
    facts = {"code": f"B{number}", "title": f"事项{number}", "citation": f"《履职清单》B{number}"} | facts
    return DutyItem.objects.create(county=county, kind=kind, **facts)


def make_admission(unit: Unit, state: str = "asked", **facts: Any) -> Admission:
    """A request for what is on no duty list."""
    facts = {
        "county": unit, "title": f"清单外{next(numbers)}", "basis": "某文", "reason": "没有人", "whom": "各乡镇", "person_min": 600,
        "asked_by": make_user(), "asked_at": NOW,
    } | facts  # fmt: skip
    if state in ("granted", "refused"):
        facts |= {"decided_by": make_user(), "decided_at": NOW}
    if state == "granted":
        facts["item"] = make_duty(facts["county"])
    return Admission.every.create(unit=unit, state=state, **facts)


def make_plan(issuer: Unit, **facts: Any) -> PlanItem:
    """An item of an office's annual plan."""
    facts = {"year": 2026, "category": "meeting", "title": f"计划{next(numbers)}", "times": 4} | facts
    return PlanItem.objects.create(issuer=issuer, **facts)


def make_bulletin(unit: Unit, state: str = "draft", **facts: Any) -> Bulletin:
    """A monthly bulletin of October with one figure in its text."""
    number = next(numbers) % 900 + 1  # a year has no more than 999
    block = {"key": "lead", "heading": "", "text": "每人每周{{per_head}}小时。", "tables": []}
    values = {"values": {"per_head": "12.5"}, "names": {"per_head": "每人每周小时"}, "tables": {}, "note": "数据质量"}
    drafter = facts.pop("drafted_by", None) or make_user()
    facts = {
        "form": "notice", "kind": "month", "first_week": dt.date(2026, 9, 28), "last_week": dt.date(2026, 10, 26),
        "year": 2026, "number": number, "title": f"通报{number}", "organ": "机制办", "blocks": [block], "figures": values,
        "figures_at": NOW, "drafted_by": drafter, "drafted_at": NOW, "changed_by": drafter, "changed_at": NOW,
    } | facts  # fmt: skip
    if state != "draft":
        facts |= {"checked_by": make_user(), "checked_at": NOW}
    if state == "published":
        facts |= {"published_by": drafter, "published_at": NOW}
    return Bulletin.every.create(unit=unit, state=state, **facts)


def make_adaptation(unit: Unit, demand: Demand | None = None, **facts: Any) -> Adaptation:
    """A request of a unit not to receive a demand; with a state, one that came of it."""
    facts = {
        "area": unit, "kind": "receivers" if demand else "way", "whom": "unit", "change": "不再报", "reason": "本地没有这类事",
        "from_week": THIS_WEEK.monday, "until": THIS_WEEK.plus(26).sunday, "requested_at": NOW,
    } | facts  # fmt: skip
    if demand:
        facts = {"issuer": demand.issuer, "title": demand.title, "demand": demand} | facts
    if facts.get("state") in ("approved", "refused"):
        facts = {"decided_by": make_user(), "decided_at": NOW} | facts
    return Adaptation.every.create(unit=unit, requested_by=facts.pop("requested_by", None) or make_user(), **facts)


def make_finding(unit: Unit, issuer: Unit, **facts: Any) -> Finding:
    """A finding of three rounds of one ledger, waiting for an order."""
    seen = {
        "as_of": NOW.isoformat(), "first_week": "2026-06-01", "last_week": "2026-11-23", "points": ["18 个乡镇都收到"], "note": "",
        "rows": [{"week": "2026-10-19", "title": "农村人居环境整治台账", "registered": True, "units": 18, "person_min": 1800}],
        "clauses": [{"code": "DOC-CHANNEL", "citation": "《若干规定》第 1 条", "words": "不得以群通知规避发文管理"}],
    }  # fmt: skip
    facts = {
        "source": "hand", "title": "14 天内三次索要《农村人居环境整治台账》", "titles": ["农村人居环境整治台账"], "category": "form",
        "seen": seen, "person_min": 4860, "raised_at": NOW,
    } | facts  # fmt: skip
    raised_by = facts.pop("raised_by", None) or make_user()
    return Finding.every.create(unit=unit, issuer=issuer, raised_by=raised_by, **facts)


def make_order(unit: Unit, issuer: Unit, state: str = "draft", requirements: int = 2, **facts: Any) -> Order:
    """A supervision order as the services would have left it in a state, with as many requirements."""
    found = facts.pop("finding", None) or make_finding(
        unit, issuer, state="ordered", decided_by=make_user(), decided_at=NOW
    )
    done, closed = state in ("done", "closed", "looked"), state in ("closed", "looked")
    times = {
        "sent_at": NOW if state != "draft" else None,
        "signed_at": NOW if state not in ("draft", "cancelled", "sent") else None,
        "answered_at": NOW if done or state in ("answered", "returned") else None,
        "finished_at": NOW if done else None, "closed_at": NOW if closed else None, "looked_at": NOW if state == "looked" else None,
        "outcome": "less" if state == "looked" else "",
    }  # fmt: skip
    saved = (
        {"before_min": 9720, "before_weeks": 13, "after_min": 0, "after_weeks": 4, "saved_min": 38880} if closed else {}
    )
    facts = times | saved | {
        "number": next(numbers), "year": 2026, "title": found.title, "titles": found.titles, "category": found.category,
        "person_min": found.person_min, "standard": "每一条都核实", "days": 7, "opened_at": NOW,
        "due_on": None if state in ("looked", "cancelled") else dt.date(2026, 12, 3),
        "deadline_on": dt.date(2026, 12, 3) if times["sent_at"] else None,
        "asked_until": dt.date(2026, 12, 10) if state == "extension" else None,
        "took_days": 5 if done else None, "in_time": True if done else None,
    } | facts  # fmt: skip
    opened_by = facts.pop("opened_by", None) or make_user()
    order = Order.every.create(unit=unit, issuer=issuer, state=state, finding=found, opened_by=opened_by, **facts)
    for number in range(1, requirements + 1):
        said = {"answer": "已停用", "answered_at": NOW} if order.answered_at else {}
        said |= {"verified_at": NOW} if done else {}
        Requirement.every.create(order=order, number=number, text=f"要求{number}", **said)
    return order


def make_recognition(unit: Unit, subject: Unit, state: str = "nominated", **facts: Any) -> Recognition:
    """A recognition of an issuer as the services would have left it in a state; its term ends two weeks from now."""
    is_announced = state not in ("nominated", "withdrawn")
    decided = state in ("recognised", "declined", "published", "revoked")
    line = {"code": "less", "weeks": [], "facts": {"was_min": 12_000, "now_min": 6_000}, "minutes": 6_000}
    reckoned = {
        "as_of": NOW.isoformat(),
        "rule": 1,
        "before_min": 12_000,
        "after_min": 6_000,
        "lines": [line],
        "points": [{"code": "not_late", "facts": {}}],
    }
    facts = {
        "kind": "issuer", "key": f"{subject.pk}:{next(numbers)}", "title": "自己定的要求，比上年同期少", "reckoned": reckoned,
        "year_min": 24_000, "reason": "减得实", "nominated_at": NOW,
        "announced_at": NOW if is_announced else None, "until": dt.date(2026, 12, 8) if is_announced else None,
        "decided_by": make_user() if decided else None, "decided_at": NOW if decided else None,
        "verdict": "核实过" if decided else "", "published_at": NOW if state in ("published", "revoked") else None,
        "ended": "反弹了" if state in ("withdrawn", "revoked") else "",
        "ended_at": NOW if state in ("withdrawn", "revoked") else None,
    } | facts  # fmt: skip
    by = facts.pop("nominated_by", None) or make_user()
    return Recognition.every.create(unit=unit, subject=subject, state=state, nominated_by=by, **facts)


def make_notice(unit: Unit, root: Unit | None = None, state: str = "published", **facts: Any) -> Notice:
    """A notice of a unit to all below it, or below another."""
    facts = {
        "title": "停电",
        "summary": "11月26日上午停电两小时。",
        "until": dt.date(2026, 11, 30),
        "written_at": NOW,
    } | facts
    writer = make_user()
    if state == "published":
        facts = {"published_by": writer, "published_at": NOW} | facts
    if state in ("returned", "withdrawn"):
        facts = {"ended_by": writer, "ended_at": NOW, "reason": "写错了"} | facts
    return Notice.every.create(unit=unit, root=root or unit, state=state, written_by=writer, **facts)


def make_practice(unit: Unit, **facts: Any) -> Practice:
    """What a unit wrote of its own way, ten weeks ago; with a state, what came of it."""
    facts = {
        "area": unit, "title": "周三不开会", "text": "会都放在别的日子", "category": "meeting", "since": THIS_WEEK.plus(-10).monday,
        "written_at": NOW,
    } | facts  # fmt: skip
    if facts.get("state") in ("published", "refused"):
        facts = {"decided_by": make_user(), "decided_at": NOW} | facts
    return Practice.every.create(unit=unit, written_by=facts.pop("written_by", None) or make_user(), **facts)


def make_ticket(desk: Unit, state: str = "received", about: Unit | None = None, **facts: Any) -> Ticket:
    """An anonymous ticket of a desk, as far as a state says; its receipt is `R` and its number."""
    case = Case.new()
    facts = {
        "area": desk, "level": "township", "topic": "repeat", "issuer": about, "about": "issuer" if about else "",
        "kept_from": [about.pk] if about else [], "received_on": dt.date(2026, 11, 23), "key": case.wrapped,
        "sealed": case.seal(facts.pop("text", "同一份表系统报过又要纸质，全镇 14 个村")),
    } | facts  # fmt: skip
    if not facts.get("named"):
        facts.setdefault("receipt", digest_of(f"R{next(numbers)}"))
    if state in ("replied", "closed", "reopened"):
        day = dt.date(2026, 11, 24)
        written = {
            "title": "表格系统报过又要纸质",
            "rewritten": "有表格重复收取。",
            "conclusion": "upheld",
            "reply": "查实。",
        }
        facts = written | {"replied_on": day, "first_replied_on": day, "change": "不再收"} | facts
    if state == "merged" and "merged_into" not in facts:
        facts["merged_into"] = make_ticket(desk)
    return Ticket.every.create(desk=desk, state=state, **facts)
