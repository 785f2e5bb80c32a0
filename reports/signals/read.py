"""Scoped reads of the signals, for pages, API and exports alike; what law 5 hides today is not told, whatever was found last night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from burden.accounts.actor import Actor
from burden.demands.models import Demand
from burden.kit.clock import Week
from burden.oversight.queries import settled_signals
from burden.units.models import Level, Unit
from reports.models import Signal, UnregisteredDemand
from reports.peers import hidden
from reports.signals.declared import Z_LIMIT, strength

KINDS = tuple(Signal.Kind.values)
ALL = "all"
Weekly = list[tuple[dt.date, int | None]]
STATES = {"raised": ("open", "ordered"), "dismissed": ("dismissed",)}  # of the finding a signal became


@dataclass(frozen=True)
class Told:
    """A signal as it may be told now. Units: as of Signal; None: too few people stand behind it today."""

    signal: Signal
    person_min: int | None
    strength: int | None
    evidence: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """Return the row as the API shows it."""
        one = self.signal
        weeks = {name: getattr(one, name) for name in ("since", "first_week", "last_week", "first_seen")}
        said = {"kind": one.kind, "unit": one.unit.code, "category": one.category} | weeks
        figures = {"person_min": self.person_min, "strength": self.strength, "suppressed": self.person_min is None}
        return said | figures | {"title": self.evidence.get("title", ""), "evidence": self.evidence}


def signals(actor: Actor, unit: Unit, since: Week) -> QuerySet[Signal]:
    """Return the signals about a unit and all below it that went on in a week or later, the heaviest first."""
    low, high = unit.range
    return (
        Signal.objects.visible_to(actor)
        .filter(unit__path__gte=low, unit__path__lt=high, last_week__gte=since.monday)
        .select_related("unit__parent")
        .order_by("-person_min", "pk")
    )


def shown(actor: Actor, found: QuerySet[Signal], show: str, today: dt.date) -> QuerySet[Signal]:
    """Leave of signals those still to be judged, or those raised as a finding or dismissed, as far as the actor reads findings."""
    if show == ALL:
        return found
    settled = settled_signals(actor, today)
    if show:
        return found.filter(key__in=settled.filter(state__in=STATES[show]).values("source_key"))
    return found.exclude(key__in=settled.values("source_key"))


def by_key(actor: Actor, key: str) -> Signal | None:
    """Return the signal of a key in the actor's scope; None where there is none any more."""
    return Signal.objects.visible_to(actor).filter(key=key).select_related("unit__parent").first()


def titles_of(found: Told) -> list[str]:
    """Return what an issuer called what a signal is about, as its evidence names it."""
    named = [each["title"] for each in found.evidence.get("demands", ())]
    named += [found.evidence["title"]] if found.evidence.get("title") else []
    return list(dict.fromkeys(named))


def counts(found: QuerySet[Signal]) -> dict[str, int]:
    """Count signals by kind, in the order of the kinds; kinds without any are absent."""
    rows = dict(found.order_by().values_list("kind").annotate(n=Count("pk")))
    return {kind: rows[kind] for kind in KINDS if kind in rows}


def units_of(found: QuerySet[Signal]) -> list[tuple[str, str]]:
    """Return code and name of the units that signals are about, by name."""
    return list(found.order_by("unit__name", "unit__code").values_list("unit__code", "unit__name").distinct())


def told(found: Iterable[Signal]) -> list[Told]:
    """Take the weeks out of outliers that may not be shown today. Two queries at most."""
    found = list(found)
    outliers = [each for each in found if each.kind == Signal.Kind.OUTLIER]
    gone: dict[int, Collection[dt.date]] = {}
    for own in (True, False):
        chosen = [each for each in outliers if (each.unit.level == Level.TOWNSHIP) == own]
        if chosen:
            span = min(each.first_week for each in chosen), max(each.last_week for each in chosen)
            gone |= hidden({each.unit_id for each in chosen}, span, own=own)
    return [_outlier(each, gone[each.unit_id]) if each in outliers else _as_found(each) for each in found]


class Shown(Sequence[Told]):
    """Signals that are told slice by slice, as pages of the API ask for them."""

    def __init__(self, found: QuerySet[Signal]) -> None:
        self.found = found

    def __len__(self) -> int:
        return self.found.count()

    def __getitem__(self, at: Any) -> Any:
        return told(self.found[at]) if isinstance(at, slice) else told([self.found[at]])[0]


def _as_found(signal: Signal) -> Told:
    return Told(signal, signal.person_min, signal.strength, dict(signal.evidence))


def _outlier(signal: Signal, gone: Collection[dt.date]) -> Told:
    weeks = [each for each in signal.evidence["weeks"] if dt.date.fromisoformat(each["week"]) not in gone]
    minutes = sum(each["beyond_min"] for each in weeks) if weeks else None
    worst = strength(max(each["z_tenths"] for each in weeks) / 10, Z_LIMIT) if weeks else None
    if weeks == signal.evidence["weeks"]:
        worst = signal.strength
    return Told(signal, minutes, worst, signal.evidence | {"weeks": weeks})


def weekly(actor: Actor, shown: Sequence[Told]) -> dict[int, Weekly]:
    """Return week by week what signals are made of, where the sums have it: what nobody registered, and each week of an outlier.

    Units: person-minutes, of an outlier minutes a head; None: too few people stand behind a week. Shape: by id of signal, the weeks from
    the first to the last; nothing of a single week.
    """
    told = [one for one in shown if one.person_min is not None]
    loose = {
        (one.signal.unit_id, one.signal.category, one.evidence.get("title")): one
        for one in told
        if one.signal.kind == "unregistered"
    }
    issuers = {issuer for issuer, _category, _title in loose}
    kept = UnregisteredDemand.objects.visible_to(actor).filter(issuer_id__in=issuers) if loose else ()
    found = {
        loose[key].signal.pk: {week: minutes for week, _units, minutes in each.weeks}
        for each in kept
        if (key := (each.issuer_id, each.category, each.title)) in loose
    }
    found |= {
        one.signal.pk: {each["week"]: each["per_head"] for each in one.evidence["weeks"]}
        for one in told
        if one.signal.kind == "outlier"
    }
    return {pk: _between(weeks) for pk, weeks in found.items() if len(weeks) > 1}


def _between(minutes: dict[str, int]) -> Weekly:
    first, last = (Week.parse(each) for each in (min(minutes), max(minutes)))
    weeks = [first.plus(n) for n in range((last.monday - first.monday).days // 7 + 1)]
    return [(week.monday, minutes.get(str(week))) for week in weeks]


def readable(actor: Actor, shown: Sequence[Told]) -> set[int]:
    """Return which of the demands that signals name the actor may open."""
    ids = {each["id"] for one in shown for each in one.evidence.get("demands", ())}
    return set(Demand.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
