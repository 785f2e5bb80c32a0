"""Asking to do something otherwise: kept as it is typed, sent, and joined by other units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.roles import Role
from burden.accounts.services import take_turn
from burden.demands.adaptations.models import UNSENT, Act, Adaptation, Kind, State, Whom
from burden.demands.adaptations.reading import OF_DEMANDS, county_of, holds_for, is_like
from burden.demands.adaptations.services.checking import (
    check_dates,
    check_once,
    check_still_varied,
    hard,
    line,
    lock,
    may_ask,
    read_threshold,
    refused,
    still_rarer,
)  # fmt: skip
from burden.demands.models import Demand
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Conflict, Refused
from burden.kit.reading import bare
from burden.ledger.services import record
from burden.standards.models import Rule, Strength
from burden.units.models import Unit

OPEN_TO_JOIN = (State.REQUESTED, State.APPROVED)
HALF_A_YEAR = 26  # weeks
MOST_KEPT = 300  # characters of a field of a draft
JOINED = (
    "kind",
    "rule_code",
    "threshold",
    "demand",
    "issuer",
    "title",
    "frequency",
    "change",
    "reason",
)  # what a unit that joins takes as it is


@transaction.atomic
def keep_request(
    *, by: Actor, unit: Unit, demand: Demand | None, rule: Rule | None, draft: Adaptation | None, kept: Mapping[str, str],
    now: dt.datetime,
) -> Adaptation:  # fmt: skip
    """Keep a request as it is typed, to go on with it later; nobody else sees it before it is sent.

    Shape: kept maps the fields of the form to what is in them; without a draft the writer's own one of the same thing is found.
    Refuses: adaptation.unit, adaptation.what; Conflict adaptation.state.
    """
    if not may_ask(by, unit):
        raise _not_asking()
    take_turn(by=by)
    if demand is None and rule is None:
        raise refused("what", "kind", _("还没选调哪一项"))
    of = {"unit": unit, "demand": demand, "rule_code": rule.code if rule else "", "requested_by": by.user}
    found = draft or Adaptation.objects.visible_to(by).filter(**of, state=State.DRAFT).first()
    words = {name: said[:MOST_KEPT] for name, said in kept.items()}
    if found is not None:
        held = lock(by, found, Act.KEEP, clock.day_of(now))
        if held.state not in UNSENT or not may_ask(by, held.unit):
            raise _not_asking()
        held.kept = words
        held.save(update_fields=["kept"])
        return held
    monday = Week.at(now).plus(1)
    made = Adaptation(
        **of, area=county_of(unit), kind=Kind.RULE if rule else Kind.RECEIVERS, state=State.DRAFT, kept=words,
        issuer=demand.issuer if demand else None, title=demand.title if demand else rule.title_zh if rule else "",
        from_week=monday.monday, until=monday.plus(HALF_A_YEAR - 1).sunday, requested_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    record(by=by, what="adaptation.kept", on=made, now=now, unit=unit.code)
    return made


@transaction.atomic
def request_adaptation(
    *, by: Actor, unit: Unit, kind: str, whom: str, trait: str = "", demand: Demand | None = None, rule: Rule | None = None,
    threshold: str = "", frequency: str = "", change: str, reason: str, evidence: str = "", from_week: dt.date,
    until: dt.date, draft: Adaptation | None = None, now: dt.datetime,
) -> Adaptation:  # fmt: skip
    """Ask to do something otherwise for a time; what was kept or came back for more is sent so.

    Shape: a demand with kind frequency, receivers or form, else a rule with kind rule. Refuses: adaptation.unit,
    adaptation.what, adaptation.withdrawn, adaptation.hard, adaptation.threshold, adaptation.frequency, adaptation.trait,
    adaptation.dates, adaptation.text; Conflict adaptation.twice, adaptation.state.
    """
    if not may_ask(by, unit):
        raise _not_asking()
    held = lock(by, draft, Act.SUBMIT, clock.day_of(now)) if draft else None
    check_dates(from_week, until, clock.day_of(now))
    asked = Adaptation(
        unit=unit, area=county_of(unit), kind=kind, whom=whom, from_week=from_week, until=until,
        change=line("change", _("改为"), change, 200), reason=line("reason", _("理由"), reason, 300),
        evidence=line("evidence", _("依据"), evidence, 300, needed=False), requested_by=by.user, requested_at=now,
    )  # fmt: skip
    _say_whom(asked, trait)
    if kind in OF_DEMANDS:
        _vary_demand(asked, demand, frequency)
    elif kind == Kind.RULE:
        _vary_rule(asked, rule, threshold)
    else:
        raise refused("what", "kind", _("还没选调什么"))
    if held is not None:
        asked.pk = _same_thing(held, asked).pk
    check_once(by, asked)
    asked.save(force_insert=held is None, force_update=held is not None)
    record(by=by, what="adaptation.requested", on=asked, now=now, kind=kind, unit=unit.code)
    return asked


@transaction.atomic
def join_adaptation(*, by: Actor, adaptation: Adaptation, unit: Unit, now: dt.datetime) -> Adaptation:
    """Ask that what a unit like the own one asked for, or was granted, holds here too, and ends with it.

    Who joins while it waits is decided with it; later each by itself.

    Refuses: adaptation.unit, adaptation.unlike, adaptation.withdrawn, adaptation.hard; Conflict adaptation.state,
    adaptation.covered, adaptation.twice.
    """
    if not any(post.role == Role.LEAD and post.unit_id == unit.pk for post in by.posts):
        raise Refused("adaptation.unit", _("由本单位负责人加入"))
    seen = Adaptation.objects.visible_to(by).select_related("unit", "area", "issuer", "demand__issuer")
    held: Adaptation = seen.select_for_update(of=("self",)).get(pk=adaptation.pk)
    today, first = clock.day_of(now), max(held.from_week, Week.at(now).plus(1).monday)
    if held.state not in OPEN_TO_JOIN or held.kind == Kind.WAY or first > held.until:
        raise Conflict("adaptation.state", _("这一项现在不能加入：不在待定和生效的里面，或者快到期了"))
    if holds_for(held, unit):
        raise Conflict("adaptation.covered", _("这一项本来就包括%(unit)s，不用再加入") % {"unit": unit.place})
    if not is_like(held, unit):
        raise Refused("adaptation.unlike", _("只有同类的，或者有同样特点的单位能加入"))
    check_still_varied(held, unit, today)
    same = {name: getattr(held, name) for name in JOINED}
    asked = Adaptation(
        **same, unit=unit, area=county_of(unit), joined=held, whom=Whom.UNIT, from_week=first, until=held.until,
        evidence=_("同申请 %(number)s（%(unit)s）") % {"number": held.number, "unit": held.unit.place},
        requested_by=by.user, requested_at=now,
    )  # fmt: skip
    check_once(by, asked)
    asked.save(force_insert=True)
    record(by=by, what="adaptation.joined", on=asked, now=now, kind=asked.kind, unit=unit.code)
    return asked


def may_join(*, by: Actor, adaptation: Adaptation, unit: Unit | None, today: dt.date) -> bool:
    """Whether a unit the actor leads may join it as it stands. One query."""
    first = max(adaptation.from_week, Week.on(today).plus(1).monday)
    if unit is None or adaptation.state not in OPEN_TO_JOIN or first > adaptation.until:
        return False
    if adaptation.kind == Kind.WAY or holds_for(adaptation, unit) or not is_like(adaptation, unit):
        return False
    mine = Adaptation.objects.visible_to(by).filter(joined=adaptation, unit=unit)
    return not mine.filter(state__in=(State.REQUESTED, State.APPROVED)).exists()


def _say_whom(asked: Adaptation, trait: str) -> None:
    """Refuses: adaptation.trait."""
    if asked.whom == Whom.KIND:
        asked.unit_kind = asked.unit.kind
    elif asked.whom == Whom.TRAIT:
        if trait not in asked.unit.traits:
            raise refused("trait", "trait", _("%(unit)s没有这个特点") % {"unit": asked.unit.place})
        asked.trait = trait


def _vary_demand(asked: Adaptation, demand: Demand | None, frequency: str) -> None:
    """Refuses: adaptation.what, adaptation.withdrawn, adaptation.frequency."""
    if demand is None:
        raise refused("what", "kind", _("还没选调哪一项"))
    if not demand.active:
        raise Refused("adaptation.withdrawn", _("《%(title)s》已经撤回，不用再申请") % {"title": bare(demand.title)})
    asked.demand, asked.issuer, asked.title = demand, demand.issuer, demand.title
    if asked.kind == Kind.FREQUENCY:
        asked.frequency = still_rarer(demand, frequency)


def _vary_rule(asked: Adaptation, rule: Rule | None, threshold: str) -> None:
    """Refuses: adaptation.what, adaptation.hard, adaptation.threshold."""
    if rule is None:
        raise refused("what", "kind", _("还没选调哪一条"))
    if rule.strength == Strength.HARD:
        raise hard()
    asked.rule_code, asked.title = rule.code, rule.title_zh
    if threshold:
        read_threshold(threshold, measured=rule.is_measured)
        asked.threshold = threshold


def _same_thing(held: Adaptation, asked: Adaptation) -> Adaptation:
    """Return the row that is sent, of which nothing else is kept. Refuses: adaptation.what: another thing is another request."""
    if (held.unit_id, held.rule_code, held.issuer_id) != (asked.unit_id, asked.rule_code, asked.issuer_id):
        raise refused("what", "kind", _("这份草稿调的不是这一项，请另外申请"))
    return held


def _not_asking() -> Refused:
    return Refused("adaptation.unit", _("只有本单位负责人，或者上面的机制办代为申请"))
