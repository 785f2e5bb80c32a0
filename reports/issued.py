"""What an issuer makes others do: its demands as claimed and as confirmed, and what it asked without registering.

Nothing personal, and nothing of a single unit: a demand's week is told of a level of receivers as a whole, and only where
enough of them answered. Whatever else is shown is a sum of what is shown.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import F, QuerySet, Sum

from burden.accounts.actor import Actor
from burden.demands.models import Origin, Reestimate
from burden.demands.queries import Budget, budget_left
from burden.units.models import Level, Unit
from reports.models import RollupDemand, RollupSource, RollupSub, UnregisteredDemand
from reports.peers import MIN_RETURNS, hidden
from reports.periods import Period
from reports.source_periods import WIDE

K = TypeVar("K", bound=Hashable)
COLUMNS = (
    "demand_id",
    "level",
    "week",
    "answers",
    "answered",
    "done",
    "claim_min",
    "open_min",
    "confirmed_min",
    "after_hours_min",
    "left_out",
    "left_out_min",
    "of_hidden",
    "of_hidden_min",
    "is_hidden",
)
LEAST_FILED = 20  # per cent of active cadres: of a sample one in four is asked
PLANNED, OPEN = "planned", "open"
DECIDES: dict[str, str] = {  # who decides at a level, the lowest first
    Level.COUNTY: Origin.COUNTY,
    Level.CITY: Origin.CITY,
    Level.PROVINCE: Origin.PROVINCE,
    Level.NATION: Origin.CENTRAL,
}


@dataclass(frozen=True)
class Cell:
    """One demand in one week at one level of receivers.

    Units: counts, whole person-minutes. Of the answers `left_out` are in no other figure: too few people gave them where they work.
    """

    demand_id: int
    level: str
    week: dt.date
    answers: int
    answered: int  # receivers with an answer
    done: int  # of the answers that are told
    claim_min: int
    open_min: int
    confirmed_min: int
    after_hours_min: int
    title: str
    category: str
    origin: str
    is_planned: bool
    is_passed_on: bool
    left_out: int = 0
    left_out_min: int = 0  # claimed of them
    of_hidden: int = 0  # done in units of which nobody is told when they worked, nor whether it was asked before
    of_hidden_min: int = 0  # what was confirmed of these
    is_hidden: bool = False  # what was answered says too much, by itself or beside the issuer's others of the week

    @property
    def is_heard(self) -> bool:
        """Whether enough of those who did it are told apart to say when they worked, and whether it was asked before."""
        return not self.of_hidden or self.done - self.of_hidden >= MIN_RETURNS


@dataclass(frozen=True)
class Cut:
    """Which of an issuer's demands; empty for all.

    Shape: `decided` and `above` are levels: who asked first stands there or below, or above; `which` is PLANNED, or OPEN: what counts as claimed.
    """

    category: str = ""
    level: str = ""  # of receivers
    origin: str = ""
    decided: str = ""
    above: str = ""
    which: str = ""

    def has(self, cell: Cell) -> bool:
        return (
            self.category in ("", cell.category)
            and self.level in ("", cell.level)
            and self.origin in ("", cell.origin)
            and (not self.decided or cell.origin in decided_at(self.decided))
            and (not self.above or cell.origin not in decided_at(self.above))
            and (self.which != PLANNED or cell.is_planned)
            and (self.which != OPEN or total([cell]).as_claimed_min > 0)
        )


def decided_at(level: str) -> list[str]:
    """Return by whom what is asked at or below a level may have been asked first, so that nobody above decided it."""
    levels = [*DECIDES]
    within = levels[: levels.index(level) + 1] if level in DECIDES else []
    return [Origin.OWN, *(DECIDES[each] for each in within)]


@dataclass(frozen=True)
class Issued:
    """Sums of cells. Units: person-minutes; `compared_min` is the claim of what was answered and is shown.

    Of `confirmed_min` `timed_min` says what of it was after hours.
    """

    claim_min: int = 0
    open_min: int = 0
    confirmed_min: int = 0
    compared_min: int = 0
    after_hours_min: int = 0
    timed_min: int = 0

    @property
    def total_min(self) -> int:
        """What it takes: confirmed where enough answered, else as claimed."""
        return self.confirmed_min + self.as_claimed_min

    @property
    def as_claimed_min(self) -> int:
        """What counts as claimed: nobody answered it, or too few to tell what they said."""
        return self.claim_min - self.compared_min

    @property
    def gap_min(self) -> int:
        """How much more was confirmed than claimed, of what was answered."""
        return self.confirmed_min - self.compared_min

    @property
    def is_timed(self) -> bool:
        """Whether it is told of all that was confirmed what was after hours."""
        return self.timed_min == self.confirmed_min

    def __add__(self, other: Issued) -> Issued:
        return Issued(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))


def cells(actor: Actor, issuer: Unit, period: Period) -> list[Cell]:
    """Return an issuer's demands of a period, few answers hidden. One query."""
    found = RollupDemand.objects.visible_to(actor).filter(demand__issuer=issuer)
    return cells_of(found.filter(week__range=period.span))


def cells_of(found: QuerySet[RollupDemand]) -> list[Cell]:
    """Return demands and weeks as they may be told. One query."""
    rows = found.values(
        *COLUMNS,
        title=F("demand__title"),
        category=F("demand__category"),
        origin=F("demand__origin"),
        plan=F("demand__plan_item_id"),
        parent=F("demand__parent_id"),
    ).order_by("week", "demand_id", "level")
    return [cell_of(row) for row in rows]


def cell_of(row: dict[str, object]) -> Cell:
    """Read one row of the sums. Shape: COLUMNS, and of the demand title, category, origin, plan and parent."""
    plan, parent = row.pop("plan"), row.pop("parent")
    return Cell(**row, is_planned=plan is not None, is_passed_on=parent is not None)  # type: ignore[arg-type]


def total(found: Iterable[Cell]) -> Issued:
    """Add up cells; of a hidden one only what is claimed."""
    return sum((_issued(cell) for cell in found), Issued())


def _issued(cell: Cell) -> Issued:
    if cell.is_hidden:
        return Issued(cell.claim_min, cell.open_min)
    compared = cell.claim_min - cell.open_min - cell.left_out_min
    timed = (cell.after_hours_min, cell.confirmed_min - cell.of_hidden_min) if cell.is_heard else (0, 0)
    return Issued(cell.claim_min, cell.open_min, cell.confirmed_min, compared, *timed)


def is_partly(found: Iterable[Cell]) -> bool:
    """Whether some answers are left out of what is shown: too few people gave them where they work."""
    return any(cell.left_out and not cell.is_hidden for cell in found)


def grouped(found: Iterable[Cell], key: Callable[[Cell], K]) -> dict[K, Issued]:
    """Add up cells by what a key says of them."""
    groups: dict[K, Issued] = defaultdict(Issued)
    for cell in found:
        groups[key(cell)] += _issued(cell)
    return dict(groups)


def unregistered(actor: Actor, issuer: Unit, period: Period) -> int:
    """Return what others did for an issuer that it never registered, as summed at the unit above it.

    The sum is of all units below that one, so that it tells of none; a week with fewer than five such records adds nothing,
    on no page, and neither does one in which that unit's figures are hidden. Units: person-minutes.
    """
    if issuer.parent_id is None or not _may_ask(actor, issuer):
        return 0
    above, weeks = issuer.parent_id, period.span
    found = (
        RollupSource.every.filter(unit_id=above, issuer_id=issuer.pk, week__range=weeks, u_n__gte=MIN_RETURNS)
        .exclude(week__in=hidden([above], weeks)[above])
        .aggregate(minutes=Sum("u_min"))
    )
    return int(found["minutes"] or 0)


def reestimated(actor: Actor, issuer: Unit, period: Period) -> int:
    """Return what a change of the tariffs alone added to a period, or took from it. Units: person-minutes."""
    return sum(reestimated_by_demand(actor, issuer, period).values())


def reestimated_by_demand(actor: Actor, issuer: Unit, period: Period) -> dict[int, int]:
    """Return the same by demand. Units: person-minutes."""
    weeks = period.span
    found = Reestimate.objects.visible_to(actor).filter(demand__issuer=issuer, week__range=weeks)
    return dict(found.values_list("demand_id").annotate(sum=Sum(F("after_min") - F("before_min"))))


def unregistered_demands(actor: Actor, issuer: Unit) -> QuerySet[UnregisteredDemand]:
    """Return what several cadres recorded as asked by an issuer that never registered it, the heaviest first."""
    return UnregisteredDemand.objects.visible_to(actor).filter(issuer=issuer).order_by("-person_min", "pk")


def known_of(issuers: Iterable[Unit], weeks: Sequence[dt.date]) -> set[int]:
    """Return the issuers where there is data in all of some weeks: of a county and above its own, else of the unit above. One query.

    No figure is told.
    """
    return {issuer for issuer, known in known_weeks(issuers, weeks).items() if len(known) == len(weeks)}


def known_weeks(issuers: Iterable[Unit], weeks: Sequence[dt.date]) -> dict[int, set[dt.date]]:
    """Return by issuer in which of some weeks there is data where it asks: see known_of. One query."""
    return _weeks_where(issuers, RollupSub.every.filter(week__in=weeks))


def filed_weeks(issuers: Iterable[Unit], weeks: Collection[dt.date]) -> dict[int, set[dt.date]]:
    """Return by issuer in which of some weeks enough filed where it asks to say what was asked. One query."""
    enough = RollupSub.every.alias(hundredfold=F("returns") * 100).filter(
        week__in=weeks, returns__gt=0, hundredfold__gte=F("active") * LEAST_FILED
    )
    return _weeks_where(issuers, enough)


def _weeks_where(issuers: Iterable[Unit], rows: QuerySet[RollupSub]) -> dict[int, set[dt.date]]:
    places = {each.pk: each.pk if each.level in WIDE or each.parent_id is None else each.parent_id for each in issuers}
    found: dict[int, set[dt.date]] = defaultdict(set)
    for place, week in rows.filter(unit_id__in={*places.values()}).values_list("unit_id", "week"):
        found[place].add(week)
    return {issuer: found[place] for issuer, place in places.items()}


def _may_ask(actor: Actor, issuer: Unit) -> bool:
    low, high = actor.read_range
    return issuer.pk in actor.issuing or low <= issuer.path < high


def budget(actor: Actor, issuer: Unit, year: int) -> Budget | None:
    """Return what an issuer may ask in a calendar year by its own decision, and what it has; None where nobody set it."""
    return budget_left(actor, issuer, year) if _may_ask(actor, issuer) else None
