"""What could be asked less (可以少要的) and what to raise with those above (向上反映): registered demands of a year, with numbers.

What those at a place or below it decided can be asked less there, whoever passes it on; only what was decided above is raised.
A demand counts as often as it was asked under one name. What could be spared is worked out from its own figures and from
the catalogue of forms; whether it is done, people decide. Few answers are hidden as on the issuer's page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.catalogue import Merger, catalogue_of
from burden.demands.duplicates import plain_title
from burden.demands.hits import hits_by_demand
from burden.demands.models import Demand, Origin, State
from burden.kit.clock import DAY, Week
from burden.standards.models import Category
from burden.units.models import Unit
from reports.issued import decided_at
from reports.peers import MIN_RETURNS
from reports.statements import Statements

SQL = Statements()
WEEKS = 52
LISTED = 10  # of each list
HOUR = 3_600  # seconds that the first screen may be behind the lists
LOOKED_AT = 300  # names asked, the heaviest
CLOSELY = 60  # of these, looked at for reasons
OFTEN, REGULAR = 26, 10  # weeks of a year in which it was asked: about weekly, about monthly
FEWER = {OFTEN: 12, REGULAR: 4}  # times a year that might do instead
SHARE = 4  # one answer of so many says it does not apply, or repeats


@dataclass(frozen=True)
class Reason:
    """Why something could be asked less. Units: spared_min person-minutes a year; 0 where it cannot be told."""

    text: str
    spared_min: int = 0


@dataclass(frozen=True)
class Ask:
    """What an issuer asked under one name in a year.

    Units: times (receivers x weeks) and answers are counts; person-minutes. Shape: `asked_in` has a bit for each week of the year.
    """

    issuer_id: int
    origin: str
    category: str
    title: str
    demand_id: int  # the newest
    asked_in: int
    times: int
    total_min: int
    open_min: int
    confirmed_min: int
    answers: int
    not_applicable: int
    repeated: int
    heard: int  # of those who did it, the ones of whom it is told whether they were asked again
    heard_min: int  # what these did
    demand: Demand | None = None
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def weeks(self) -> int:
        """In how many weeks it was asked."""
        return self.asked_in.bit_count()

    @property
    def spared_min(self) -> int:
        """What the best single way would spare: ways are not added up."""
        return max((reason.spared_min for reason in self.reasons), default=0)

    @property
    def best(self) -> Reason:
        """The way that would spare most."""
        return max(self.reasons, key=lambda reason: reason.spared_min)

    @property
    def category_label(self) -> str:
        return str(Category(self.category).label)

    @property
    def origin_label(self) -> str:
        return str(Origin(self.origin).label)

    @property
    def passed_on(self) -> str:
        """Who decided it, where its issuer only passed it on."""
        return "" if self.origin == Origin.OWN else _("%(origin)s定，转下") % {"origin": self.origin_label}


@dataclass(frozen=True)
class Relief:
    """Both lists, the most to be had first. Units: person-minutes a year."""

    cut: list[Ask]
    upward: list[Ask]

    @property
    def spared_min(self) -> int:
        return sum(ask.spared_min for ask in self.cut)

    @property
    def upward_min(self) -> int:
        return sum(ask.total_min for ask in self.upward)


def relief(actor: Actor, unit: Unit, issuers: Collection[int], until: Week, today: dt.date) -> Relief:
    """Return what some issuers could ask less, and what they pass on that costs most. Eight queries, whatever their number.

    Shape: unit is where it is read, and where the duty list is kept; until the last week of the year that is looked at.
    """
    asked, here = _asked(issuers, until), decided_at(unit.level)
    own = [ask for ask in asked if ask.origin in here][:CLOSELY]
    upward = [ask for ask in asked if ask.origin not in here][:LISTED]
    demands = _named(actor, (*own, *upward))
    rules = hits_by_demand(actor, unit, [ask.demand_id for ask in own])
    mergers = _mergers(actor, today) if any(ask.category == Category.FORM for ask in own) else {}
    reasoned = [
        replace(ask, demand=demands[ask.demand_id], reasons=tuple(_reasons(ask, rules.get(ask.demand_id, ()), mergers)))
        for ask in own
        if ask.demand_id in demands
    ]
    cut = sorted(
        (ask for ask in reasoned if ask.reasons), key=lambda ask: (-ask.spared_min, -ask.total_min, ask.demand_id)
    )
    known = [replace(ask, demand=demands[ask.demand_id]) for ask in upward if ask.demand_id in demands]
    return Relief(cut[:LISTED], known)


def eased(actor: Actor, unit: Unit, issuers: Callable[[], Collection[int]], until: Week) -> list[Ask]:
    """Return what the issuers at a unit could ask less by their own figures alone, the most first. Counted once an hour: two queries.

    Forms that could be merged and rules that could be broken take long to look for: the page of the lists names them.
    """
    key = f"eased.{unit.pk}.{until}"
    found: list[Ask] = cache.get_or_set(key, lambda: _by_figures(unit, issuers(), until), HOUR)  # type: ignore[assignment]
    known = _named(actor, found)
    seen = [replace(ask, demand=known[ask.demand_id]) for ask in found if ask.demand_id in known]
    return [replace(ask, reasons=tuple(_reasons(ask, (), {}))) for ask in seen]


def _named(actor: Actor, asks: Iterable[Ask]) -> dict[int, Demand]:
    """Return the demands of what was asked by id, with what their lines say of them alone; none that is withdrawn. One query."""
    seen = Demand.objects.visible_to(actor).exclude(state=State.WITHDRAWN).select_related("issuer")
    return seen.only("title", "basis", "issuer__code", "issuer__name").in_bulk([ask.demand_id for ask in asks])


def _by_figures(unit: Unit, issuers: Collection[int], until: Week) -> list[Ask]:
    """Return what could spare most by figures, without words: these are the reader's."""
    here = decided_at(unit.level)
    own = [ask for ask in _asked(issuers, until) if ask.origin in here] if issuers else []
    spared = {ask: max((reason.spared_min for reason in _reasons(ask, (), {})), default=0) for ask in own[:CLOSELY]}
    found = sorted((ask for ask in spared if spared[ask]), key=lambda ask: (-spared[ask], ask.demand_id))
    return found[:LISTED]


def _asked(issuers: Collection[int], until: Week) -> list[Ask]:
    """Return what issuers asked in the year until a week, the heaviest first; titles that say the same are one."""
    said: dict[str, Any] = {
        "issuers": list(issuers),
        "since": until.plus(1 - WEEKS).monday,
        "until": until.monday,
        "min_returns": MIN_RETURNS,
        "most": LOOKED_AT,
    }
    rows = [Ask(*row) for row in SQL.fetch("relief", **said)]
    return sorted(_by_name(rows), key=lambda ask: (-ask.total_min, ask.demand_id))


def _by_name(rows: Iterable[Ask]) -> Iterable[Ask]:
    found: dict[tuple[int, str, str, str], Ask] = {}
    for row in rows:
        key = (row.issuer_id, row.origin, row.category, plain_title(row.title))
        found[key] = _one(found[key], row) if key in found else row
    return found.values()


def _one(ask: Ask, other: Ask) -> Ask:
    """Put two names of the same together, under the newer one."""
    newer = max(ask, other, key=lambda each: each.demand_id)
    counted = (
        "times",
        "total_min",
        "open_min",
        "confirmed_min",
        "answers",
        "not_applicable",
        "repeated",
        "heard",
        "heard_min",
    )
    sums = {name: getattr(ask, name) + getattr(other, name) for name in counted}
    return replace(newer, **sums | {"asked_in": ask.asked_in | other.asked_in})


def _mergers(actor: Actor, today: dt.date) -> Mapping[int, Merger]:
    """Return by demand the form that it could be merged with best."""
    found: dict[int, Merger] = {}
    for merger in catalogue_of(actor, today).pairs:
        for form in (merger.left, merger.right):
            found.setdefault(form.demand.pk, merger)
    return found


def _reasons(ask: Ask, rules: Sequence[str], mergers: Mapping[int, Merger]) -> Iterable[Reason]:
    """Say why something could be asked less, by what its figures tell."""
    if merger := mergers.get(ask.demand_id):
        other = merger.right if merger.left.demand.pk == ask.demand_id else merger.left
        said = {"n": merger.shared, "issuer": other.demand.issuer.name, "title": other.demand.title}
        yield Reason(_("%(n)d 个字段 %(issuer)s《%(title)s》已经有") % said, min(merger.saved_min, ask.total_min))
    often = OFTEN if ask.weeks >= OFTEN else REGULAR if ask.weeks >= REGULAR else 0
    if often:
        fewer = {"weeks": ask.weeks, "fewer": FEWER[often]}
        spared = ask.total_min * (ask.weeks - FEWER[often]) // ask.weeks
        yield Reason(_("一年有 %(weeks)d 周要；改成一年 %(fewer)d 次") % fewer, spared)
    if ask.answers and ask.not_applicable * SHARE >= ask.answers:
        share = {"n": ask.not_applicable, "all": ask.answers}
        spared = ask.open_min * ask.not_applicable // ask.answers
        yield Reason(_("%(all)d 份答复里 %(n)d 份说不适用；只发给用得着的") % share, spared)
    if ask.heard and ask.repeated * SHARE >= ask.heard:
        share = {"n": ask.repeated, "all": ask.heard}
        yield Reason(_("%(all)d 份答复里 %(n)d 份说重复索要") % share, ask.heard_min * ask.repeated // ask.heard)
    for rule in rules:
        yield Reason(_("可能违反：%(rule)s") % {"rule": rule})


def year_of(closed: Week) -> list[dt.date]:
    """Return the Mondays that the lists look at."""
    return [closed.plus(n + 1 - WEEKS).monday for n in range(WEEKS)]


def year_until(closed: Week) -> tuple[dt.date, dt.date]:
    """Return first and last day of the year that the lists look at."""
    return closed.plus(1 - WEEKS).monday, closed.monday + DAY * 6
