"""The form catalogue (报表目录): every form in use, who asks it, what it asks and costs a year, and which could be one.

What an issuer asks again and again under one title, whatever month it names, is one form; it is shown as it was last asked.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from burden.accounts.actor import Actor
from burden.demands import queries
from burden.demands.duplicates import CLOSE, FIELD, SAME, Pair, newest, pair_fields, plain_title
from burden.demands.models import Demand, Frequency
from burden.demands.price import TIMES_A_YEAR, cost_of, times_until
from burden.standards.measure import person_minutes
from burden.standards.models import Category

YEAR = dt.timedelta(days=365)
IN_USE = dt.timedelta(days=92)  # a form nobody asked for a quarter is not in use
USUAL = 5  # one form in so many asks a field: a place, a name, a telephone number, which makes no two forms one
MANY = 10  # forms, before anything is usual
FEW = 4  # fields that two forms have to share before anybody should look at them
ALIKE = 40  # percent of the larger form's fields
SHOWN = (
    "title", "basis", "origin", "frequency", "people", "minutes", "travel_minutes", "prep_minutes", "fields", "grams", "receivers",
    "issuer__code", "issuer__name", "issuer__level", "issuer__path", "issuer__parent__path",
)  # fmt: skip
COUNTS = "SELECT demand_id, receivers FROM receiver_counts(%s::bigint[])"


class Round(NamedTuple):
    """A demand as it was asked once, of thousands: what the catalogue adds up."""

    pk: int
    issuer_id: int
    title: str
    frequency: str
    first_on: dt.date | None
    until: dt.date | None
    people: int
    minutes: int
    travel_minutes: int
    prep_minutes: int

    @property
    def each_min(self) -> int:
        """What it claims of each receiver, each time. Units: person-minutes."""
        return person_minutes(
            people=self.people,
            minutes=self.minutes,
            travel_minutes=self.travel_minutes,
            prep_minutes=self.prep_minutes,
        )


@dataclass(frozen=True)
class Form:
    """One form. Units: person-minutes; times is how often it was or is due in a year, receivers and known are counts.

    Shape: `demand` as it was last asked; `asks` its fields in plain words; `own` of them are not what every form asks;
    `known` is how many of these another form asks too.
    """

    demand: Demand
    times: int
    receivers: int
    year_min: int
    asks: frozenset[str]
    own: frozenset[str] = frozenset()
    known: int = 0

    @property
    def once_min(self) -> int:
        """What it takes once, everybody together."""
        return self.receivers * _each_min(self.demand)

    @property
    def segments(self) -> list[tuple[str, int]]:
        """The bar of what others ask too."""
        return [("x-self2", self.known)]

    @property
    def repeats(self) -> bool:
        """Whether it is due by itself, again and again."""
        return self.demand.frequency != Frequency.ONCE


@dataclass(frozen=True)
class Merger:
    """Two forms that could be one. Units: percent whole, of the larger one's own fields; saved_min person-minutes a year.

    What is saved is the smaller of what either would save by quoting the other.
    """

    left: Form
    right: Form
    shared: int

    @property
    def percent(self) -> int:
        return 100 * self.shared // max(len(self.left.own), len(self.right.own))

    @property
    def saved_min(self) -> int:
        return min(form.year_min * self.shared // len(form.asks) for form in (self.left, self.right))

    def has(self, form: Form) -> bool:
        """Whether a form is one of the two."""
        return form in (self.left, self.right)


@dataclass(frozen=True)
class Comparison:
    """Two forms field by field, what both ask first."""

    left: Form
    right: Form
    pairs: Sequence[Pair]

    def count(self, *kinds: str) -> int:
        return sum(pair.kind in kinds for pair in self.pairs)

    @property
    def same(self) -> int:
        return self.count(SAME)

    @property
    def close(self) -> int:
        return self.count(CLOSE)

    @property
    def alone(self) -> int:
        return len(self.pairs) - self.same - self.close

    @property
    def saved_min(self) -> int:
        """What could be saved, as of a merger."""
        return Merger(self.left, self.right, len(self.left.own & self.right.own)).saved_min


@dataclass(frozen=True)
class Catalogue:
    """All forms in use around the actor, those that take most first."""

    forms: tuple[Form, ...]

    @cached_property
    def pairs(self) -> tuple[Merger, ...]:
        """Pairs that could be one, those that would save most first."""
        found = [merger for merger in _mergers(self.forms) if merger.percent >= ALIKE]
        return tuple(sorted(found, key=lambda each: (-each.saved_min, each.left.demand.pk, each.right.demand.pk)))

    @cached_property
    def mergers(self) -> tuple[Merger, ...]:
        """The best of these pairs, each form in one of them: what they save adds up."""
        taken: set[int] = set()
        best = []
        for merger in self.pairs:
            both = {merger.left.demand.pk, merger.right.demand.pk}
            if not both & taken:
                taken |= both
                best.append(merger)
        return tuple(best)

    @cached_property
    def fields(self) -> int:
        return sum(len(form.asks) for form in self.forms)

    @cached_property
    def distinct(self) -> int:
        """Fields without those that come again."""
        return len(frozenset().union(*(form.asks for form in self.forms)))

    @cached_property
    def repeated(self) -> int:
        """Fields that come again."""
        return self.fields - self.distinct

    @cached_property
    def year_min(self) -> int:
        return sum(form.year_min for form in self.forms)

    @cached_property
    def saved_min(self) -> int:
        """What all mergers together would save."""
        return sum(merger.saved_min for merger in self.mergers)

    @cached_property
    def issuers(self) -> list[tuple[str, str]]:
        """Codes and names of who asks, by name."""
        return sorted(
            {(form.demand.issuer.code, form.demand.issuer.name) for form in self.forms}, key=lambda each: each[1]
        )

    def matching(self, text: str, issuer: str) -> list[Form]:
        """Return the forms whose title, fields or issuer hold a text, of one issuer or of all (code empty)."""
        return [
            form for form in self.forms
            if issuer in ("", form.demand.issuer.code)
            and any(text in words for words in (form.demand.title, form.demand.issuer.name, *form.demand.fields))
        ]  # fmt: skip

    def form(self, pk: int) -> Form | None:
        """Return a form by the id of the demand that asked it last."""
        return next((form for form in self.forms if form.demand.pk == pk), None)

    def best_for(self, form: Form) -> Form | None:
        """Return what a form could be merged with best."""
        merger = next((merger for merger in self.pairs if merger.has(form)), None)
        return (merger.right if merger.left == form else merger.left) if merger else None


def catalogue_of(actor: Actor, today: dt.date) -> Catalogue:
    """Return the forms in use around the actor. Three queries."""
    asked = (
        queries.published(actor, category=Category.FORM)
        .filter(Q(first_on__gt=today - YEAR) | Q(until__gte=today))
        .values_list(*Round._fields)
    )
    groups: dict[tuple[int, str], list[Round]] = defaultdict(list)
    for demand in map(Round._make, asked):
        groups[demand.issuer_id, plain_title(demand.title)].append(demand)
    used = [group for group in groups.values() if max(map(_last, group)) >= today - IN_USE]
    receivers = _receivers([demand.pk for group in used for demand in group])
    latest = [newest(group).pk for group in used]
    shown = queries.published(actor).select_related("issuer__parent").only(*SHOWN).in_bulk(latest)
    forms = [_form(shown[pk], group, receivers) for pk, group in zip(latest, used, strict=True)]
    return Catalogue(tuple(sorted(_with_known(forms), key=lambda form: (-form.year_min, form.demand.pk))))


def _last(demand: Round) -> dt.date:
    """The last day a demand is due; it is out, so that it has one."""
    return demand.until or demand.first_on or dt.date.min


def _receivers(ids: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [list(ids)])
        return dict(cursor.fetchall())


def _form(latest: Demand, group: Sequence[Round], receivers: dict[int, int]) -> Form:
    times = [_times(demand) for demand in group]
    asked = [receivers.get(demand.pk, 0) * demand.each_min for demand in group]
    return Form(
        latest,
        times=sum(times),
        receivers=receivers.get(latest.pk, 0),
        year_min=sum(map(operator.mul, times, asked)),
        asks=frozenset(gram.removeprefix(FIELD) for gram in latest.grams if gram.startswith(FIELD)),
    )


def _times(demand: Round) -> int:
    """How often a demand is due in a year."""
    if demand.first_on and demand.until and demand.until - demand.first_on < YEAR:
        return max(1, times_until(demand.first_on, demand.frequency, demand.until))
    return TIMES_A_YEAR[demand.frequency]


def _each_min(demand: Demand) -> int:
    return person_minutes(**vars(cost_of(demand)))


def _with_known(forms: Sequence[Form]) -> Iterator[Form]:
    """Tell of each form its own fields, and how many of them another one asks."""
    often = Counter(name for form in forms for name in form.asks)
    usual = {name for name, count in often.items() if len(forms) >= MANY and count * USUAL > len(forms)}
    for form in forms:
        own = form.asks - usual
        yield replace(form, own=own, known=sum(often[name] > 1 for name in own))


def _mergers(forms: Sequence[Form]) -> Iterator[Merger]:
    """Pair forms that one could ask for both, of the same levels, with enough own fields: only pairs with one in common are looked at."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, form in enumerate(forms):
        for name in form.own:
            holders[name].append(number)
    shared = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    for (one, other), count in shared.items():
        both = forms[one].demand, forms[other].demand
        if count >= FEW and _same_levels(*both) and _same_place(*both):
            yield Merger(forms[one], forms[other], count)


def _same_place(one: Demand, other: Demand) -> bool:
    """Whether one issuer may ask all whom the other may: no one could ask for two counties of which neither is the other's."""
    (low, high), (start, end) = one.issuer.remit, other.issuer.remit
    return (low <= start and end <= high) or (start <= low and high <= end)


def _same_levels(one: Demand, other: Demand) -> bool:
    """Whether both ask units of one level; a list of units says nothing of its level, and may."""
    levels = [set(each.receivers.get("levels", [])) for each in (one, other)]
    return not all(levels) or bool(levels[0] & levels[1])


def compare_forms(left: Form, right: Form) -> Comparison:
    """Compare two forms field by field."""
    pairs = pair_fields(left.demand.fields, right.demand.fields)
    rank = {SAME: 0, CLOSE: 1}
    return Comparison(left, right, sorted(pairs, key=lambda pair: rank.get(pair.kind, 2)))


def lines_of(forms: Iterable[Form]) -> Iterator[tuple[Any, ...]]:
    """Yield the catalogue as a file has it. Shape: title, issuer, origin, basis, frequency, six figures, the names of its fields."""
    for form in forms:
        demand = form.demand
        yield (
            demand.title, demand.issuer.name, demand.get_origin_display(), demand.basis, demand.get_frequency_display(),
            form.times, form.receivers, len(demand.fields), form.known, form.once_min, form.year_min, "、".join(demand.fields),
        )  # fmt: skip
