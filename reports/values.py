"""All indicators of a unit and a period, by one function: pages, API and files show what it returns.

What people confirmed comes from the weeks that are shown (law 5); what issuers claim is theirs and comes from all weeks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.standards.queries import sampled
from burden.units.models import Level, Unit
from reports import queries
from reports.estimates import Estimate, Stratum, estimate, shown
from reports.goals import Target, goals_of, target_of
from reports.indicators import CATEGORIES, VALUED, Figures, Indicator
from reports.models import PortalTime, ReturnSpread, RollupAsked, RollupSub
from reports.peers import Weeks
from reports.periods import Period, Span
from reports.restated import REPORTED, RESTATED, estimated_in, hidden_in

Strata = dict[dt.date, list[Stratum]]  # by week, of one unit
HIDDEN, EMPTY = _("人数太少，不显示"), _("这一期没有周报")
UNASKED, VILLAGE = _("没有登记的事项"), _("村社区不单列")
NO_PORTAL, FEW, UNKNOWN = _("不足5份有用时的"), _("县级以上、有足够周报才估计"), _("没有可比的")
PARTLY = _("那一期不是每周都有数据")
AS_REPORTED = _("只按当时区划")  # what is counted once a night, and what does not add up
ABOVE = (Level.NATION, Level.PROVINCE, Level.CITY, Level.COUNTY)  # whose totals are estimated
ANSWERED = ("done", "repeated", "compared_min", "answered_min")  # what cadres said: of shown weeks alone
TALLEST = ("deepest", "longest_min")  # the most of the weeks, not their sum
CLAIMS = (
    "targets", "planned", "noticed", "late", "depth_sum", *(f"issued_{name}" for name in CATEGORIES), "issued_min",
    "reestimated_min", "avoided", "avoided_min",
)  # fmt: skip
SPREAD = ("cadres", "asked", "n", "total_min", "squares", "more", "more_min")
REESTIMATED = {"issued_hours"}  # indicators that a change of the tariffs moves


@dataclass(frozen=True)
class Value:
    """One figure: `number`, or `number` of `of` where it is a share or a mean; without one, `why`.

    Units: as the indicator's kind says. Shape: low and high bound an estimate; `divided` where published shares of a split divided some.
    """

    number: int | None = None
    of: int | None = None
    why: str | Promise = ""
    low: int | None = None
    high: int | None = None
    divided: bool = False

    @property
    def is_known(self) -> bool:
        return self.number is not None and self.of != 0


@dataclass(frozen=True)
class Row:
    """An indicator of a unit: the period, the one before, the same a year ago, its goal, and what is re-estimate.

    Units: `reestimated` is the part of the change against last year that a new version of the tariffs made; None where
    tariffs play no part.
    """

    indicator: Indicator
    now: Value
    previous: Value
    last_year: Value
    target: Target | None
    reestimated: int | None


@dataclass(frozen=True)
class Given:
    """What the sums say of a unit in one period; None: hidden, or none there is."""

    unit: Unit
    basis: str
    figures: Figures | None
    unregistered_min: int | None
    asked: Mapping[str, int] | None
    portal: tuple[int, int] | None  # seconds, filings
    estimate: Estimate | None
    is_whole: bool = True  # whether there is data of all its weeks: what began later must not look like more
    is_divided: bool = False  # whether a split divided some of it by published shares
    gone: frozenset[dt.date] = frozenset()  # weeks that are not shown


def indicator_rows(actor: Actor, unit: Unit, period: Period, basis: str = REPORTED) -> list[Row]:
    """Return every indicator of a unit, in the order of their declaration, in either tree.

    Eighteen queries as reported, however long the period; what is counted once a night is known in that tree alone.
    """
    now, previous, last_year = _of_one(actor, unit, (period, period.previous, period.last_year), basis)
    goals = goals_of(unit)
    return [
        Row(
            each,
            value_of(each.code, now),
            value_of(each.code, previous),
            value_of(each.code, last_year),
            target_of(each, goals),
            _reestimated(now, last_year) if each.code in REESTIMATED else None,
        )
        for each in VALUED.values()
    ]


def unlike(period: Period, rows: Sequence[Row]) -> list[str]:
    """Say why a period does not compare with others: as its weeks say, and where too many more or fewer filed."""
    row = next(row for row in rows if row.indicator.code == "coverage")
    shares = ((each.number or 0, each.of) for each in (row.now, row.previous, row.last_year))
    return [*period.unlike, *queries.uncovered(*shares)]


def uncovered(now: Figures, previous: Figures | None, last_year: Figures | None) -> list[str]:
    """Say where so many more or fewer filed than in a period that is compared with that totals do not compare."""
    return queries.uncovered(
        *((each.returns, each.active) if each else (0, None) for each in (now, previous, last_year))
    )


def indicator_values(actor: Actor, unit: Unit, period: Period, basis: str = REPORTED) -> list[tuple[Indicator, Value]]:
    """Return every indicator of a unit over some weeks, without anything to compare with."""
    given = _of_one(actor, unit, (period,), basis)[0]
    return [(each, value_of(each.code, given)) for each in VALUED.values()]


def values_below(
    actor: Actor, units: Sequence[Unit], code: str, period: Period, basis: str = REPORTED
) -> list[tuple[Unit, Value, Value]]:
    """Return an indicator of several units, and the same a year before, in the order of the units.

    Queries do not grow with units. Not of what nobody registered: that is made of issuers, and they tell it.
    """
    given = _given(actor, units, (period, period.last_year), basis)
    of = {pk: [value_of(code, each) for each in found] for pk, found in given.items()}
    return [(unit, of[unit.pk][0], of[unit.pk][1]) for unit in units]


def value_of(code: str, given: Given) -> Value:
    """Return one indicator of what is given."""
    if not given.is_whole:
        return Value(why=PARTLY)
    rule = RULES.get(code)
    found = rule(given) if rule else _of_category(code, given)
    return replace(found, divided=given.is_divided and found.is_known)


def strip(
    actor: Actor, unit: Unit, period: Period, gone: Collection[dt.date], sums: Figures, basis: str, closed: Week
) -> dict[str, Any]:
    """Return what stands beside a unit's headline: its goal a head, the estimate for all, whether a sample is on.

    An estimate is known as reported alone. How many were asked is told of weeks that are over: a sample may have been turned
    on or off in the running one since the last count.
    """
    return {
        "target": target_of(VALUED["per_head"], goals_of(unit)),
        "estimate": estimated(actor, unit, period, gone, sums) if basis == REPORTED else None,
        "is_asked_known": period.last <= closed,
        "is_sampled": sampled(actor, unit, period.first.monday, period.last.monday),
    }


# --- what is given ---


def _of_one(actor: Actor, unit: Unit, periods: Sequence[Period], basis: str) -> tuple[Given, ...]:
    """Return what is given of one unit, and what of it nobody registered."""
    return tuple(
        replace(given, unregistered_min=_unregistered(actor, unit, period, given.gone, basis))
        for given, period in zip(_given(actor, [unit], periods, basis)[unit.pk], periods, strict=True)
    )


def _given(actor: Actor, units: Sequence[Unit], periods: Sequence[Period], basis: str) -> dict[int, tuple[Given, ...]]:
    """Return what is given of several units, by unit, for each period. Queries do not grow with units."""
    pks, weeks = [unit.pk for unit in units], sorted({week for period in periods for week in period.mondays})
    span: Span = weeks[0], weeks[-1]
    rows = RollupSub.objects.visible_to(actor).filter(week__in=weeks)
    figures, gone = queries.weekly_of(actor, units, rows, span, basis), hidden_in(basis, pks, span)
    split = estimated_in(basis, pks, span)
    found: dict[int, list[Given]] = {pk: [] for pk in pks}
    for number, period in enumerate(periods):
        # beside weeks without data, or not shown, stands nothing: part of a period is compared with the same part
        left = {pk: {*of, *queries.aside(figures[pk], of, periods[0])} for pk, of in gone.items()} if number else gone
        collected = _of_period(actor, units, period, figures, left) if basis == REPORTED else {}
        for pk, unit in zip(pks, units, strict=True):
            sums = queries.of_period(figures[pk], left[pk], period)
            given = collected.get(pk) or Given(unit, RESTATED, sums, None, None, None, None)
            is_whole = not number or queries.is_whole(figures[pk], period)
            is_divided = period.first.monday < split.get(pk, dt.date.min)
            found[pk].append(replace(given, is_whole=is_whole, is_divided=is_divided, gone=frozenset(left[pk])))
    return {pk: tuple(givens) for pk, givens in found.items()}


def _of_period(
    actor: Actor, units: Sequence[Unit], period: Period, figures: Mapping[int, Mapping[dt.date, Figures]], gone: Weeks
) -> dict[int, Given]:
    """Return what is given of a period as reported. Three queries."""
    what = actor, units, period, gone
    asked, times, strata = _asked(*what), _portal(*what), _strata(*what)
    found = {}
    for unit in units:
        sums = queries.of_period(figures[unit.pk], gone[unit.pk], period)
        whole = _estimated(period, gone[unit.pk], strata.get(unit.pk, {}), sums)
        found[unit.pk] = Given(unit, REPORTED, sums, None, asked.get(unit.pk), times.get(unit.pk), whole)
    return found


def _unregistered(actor: Actor, unit: Unit, period: Period, gone: Collection[dt.date], basis: str) -> int | None:
    """Return what other units asked and nobody registered; None for a village, whose sources are not kept."""
    if unit.level == Level.VILLAGE:
        return None
    found, _before, _others = queries.leading(actor, unit, period, gone, 0, basis)
    return sum(source.unregistered_min for source in found)


def _portal(actor: Actor, units: Sequence[Unit], period: Period, gone: Weeks) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    rows = PortalTime.objects.visible_to(actor).filter(unit__in=units, week__in=period.mondays)
    for unit, week, seconds, count in rows.values_list("unit_id", "week", "total_s", "n"):
        if week not in gone[unit]:
            so_far = found.get(unit, (0, 0))
            found[unit] = so_far[0] + seconds, so_far[1] + count
    return found


def _asked(actor: Actor, units: Sequence[Unit], period: Period, gone: Weeks) -> dict[int, dict[str, int]]:
    """Add up a period's claims, and the answers of its shown weeks; nothing where nothing was asked or counted."""
    rows = RollupAsked.objects.visible_to(actor).filter(unit__in=units, week__in=period.mondays)
    found: dict[int, dict[str, int]] = {}
    for row in rows.values("unit_id", "week", *CLAIMS, *TALLEST, *ANSWERED):
        unit = row.pop("unit_id")
        if row.pop("week") in gone[unit]:
            row |= dict.fromkeys(ANSWERED, 0)
        sums = found.setdefault(unit, dict.fromkeys(row, 0))
        for name, number in row.items():
            sums[name] = max(sums[name], number) if name in TALLEST else sums[name] + number
    return found


def _strata(actor: Actor, units: Sequence[Unit], period: Period, gone: Weeks) -> dict[int, Strata]:
    above = [unit for unit in units if unit.level in ABOVE]
    rows = ReturnSpread.objects.visible_to(actor).filter(unit__in=above, week__in=period.mondays)
    found: dict[int, Strata] = {}
    for unit, week, *numbers in rows.values_list("unit_id", "week", *SPREAD):
        if week not in gone[unit]:
            found.setdefault(unit, {}).setdefault(week, []).append(Stratum(*map(int, numbers)))
    return found


def estimated(
    actor: Actor, unit: Unit, period: Period, gone: Collection[dt.date], counted: Figures | None
) -> Estimate | None:
    """Estimate the total of all cadres over a period's shown weeks; None below a county, and where a week that is counted has too few."""
    found = _strata(actor, [unit], period, {unit.pk: set(gone)})
    return _estimated(period, gone, found.get(unit.pk, {}), counted)


def _estimated(period: Period, gone: Collection[dt.date], strata: Strata, counted: Figures | None) -> Estimate | None:
    found = [each for each in map(estimate, strata.values()) if each]
    if not found or counted is None or len(found) < counted.weeks:  # the sum of fewer weeks is no estimate of them all
        return None
    whole, weeks = sum(found[1:], found[0]), [week for week in period.mondays if week not in gone]
    return shown(whole if len(found) == len(weeks) else replace(whole, asked=0), counted.total)


def _reestimated(now: Given, last_year: Given) -> int | None:
    if now.asked is None or last_year.asked is None or not last_year.is_whole:
        return None
    return now.asked["reestimated_min"] - last_year.asked["reestimated_min"]


# --- the rules, one for each indicator ---


def _figures(rule: Callable[[Figures], tuple[int, int | None]], why: Any = UNKNOWN) -> Callable[[Given], Value]:
    """Make a rule of what cadres confirmed; it says why where nothing is shown."""

    def value(given: Given) -> Value:
        if given.figures is None:
            return Value(why=HIDDEN)
        if not given.figures.returns:
            return Value(why=EMPTY)
        return _value(*rule(given.figures), why)

    return value


def _asks(
    rule: Callable[[Mapping[str, int]], tuple[int, int | None]], *, answered: bool = False, why: Any = UNASKED
) -> Callable[[Given], Value]:
    """Make a rule of what was asked, by issuers' claims or by answers to them."""

    def value(given: Given) -> Value:
        if given.asked is None:
            return Value(why=_unasked(given))
        if answered and given.figures is None:
            return Value(why=HIDDEN)
        return _value(*rule(given.asked), why)

    return value


def _unasked(given: Given) -> Any:
    if given.basis != REPORTED:
        return AS_REPORTED
    return VILLAGE if given.unit.level == Level.VILLAGE else UNASKED


def _value(number: int, of: int | None, why: Any) -> Value:
    return Value(number, of) if of is None or of > 0 else Value(why=why)


def _per_head(minutes: Callable[[Figures], int]) -> Callable[[Given], Value]:
    return _figures(lambda sums: (minutes(sums), sums.returns))


def _share(minutes: Callable[[Figures], int]) -> Callable[[Given], Value]:
    return _figures(lambda sums: (minutes(sums), sums.total))


def _unregistered_share(given: Given) -> Value:
    if given.unregistered_min is None:
        return Value(why=VILLAGE)
    return _share(lambda _sums: given.unregistered_min or 0)(given)


def _portal_seconds(given: Given) -> Value:
    if given.portal is None:
        return Value(why=NO_PORTAL if given.basis == REPORTED else AS_REPORTED)
    return Value(*given.portal)


def _portal_share(given: Given) -> Value:
    found = given.portal
    return _share(lambda _sums: (found[0] + 30) // 60)(given) if found else _portal_seconds(given)


def _estimate(given: Given) -> Value:
    if found := given.estimate:
        return Value(found.total, low=found.low, high=found.high)
    return Value(why=FEW if given.basis == REPORTED else AS_REPORTED)


RULES: Mapping[str, Callable[[Given], Value]] = {
    "person_hours": _figures(lambda sums: (sums.total, None)),
    "per_head": _per_head(lambda sums: sums.total),
    "imposed_per_head": _per_head(lambda sums: sums.total - sums.self_min),
    "imposed_share": _share(lambda sums: sums.total - sums.self_min),
    "self_share": _share(lambda sums: sums.self_min),
    "issued_hours": _asks(lambda asked: (asked["issued_min"], None)),
    "planned_share": _asks(lambda asked: (asked["planned"], asked["targets"])),
    "late_notice": _asks(lambda asked: (asked["late"], asked["noticed"])),
    "unregistered_share": _unregistered_share,
    "repeat_share": _asks(lambda asked: (asked["repeated"], asked["done"]), answered=True, why=EMPTY),
    "claim_gap": _asks(
        lambda asked: (asked["answered_min"] - asked["compared_min"], asked["compared_min"]), answered=True
    ),
    "bulk_share": _share(lambda sums: sums.bulk_min),
    "longest_meeting": _asks(lambda asked: (asked["longest_min"], None)),
    "relay_depth": _asks(lambda asked: (asked["depth_sum"], asked["targets"])),
    "relay_most": _asks(lambda asked: (asked["deepest"], None)),
    "avoided": _asks(lambda asked: (asked["avoided"], None)),
    "avoided_hours": _asks(lambda asked: (asked["avoided_min"], None)),
    "after_hours_share": _share(lambda sums: sums.after_hours_min),
    "coverage": _figures(lambda sums: (sums.returns, sums.active)),
    "estimate": _estimate,
    "portal_seconds": _portal_seconds,
    "portal_share": _portal_share,
}


def _of_category(code: str, given: Given) -> Value:
    """Return what one category has: minutes and records a head, or demands issued."""
    what, name = code.split("_", 1)
    at = CATEGORIES.index(name)
    if what == "issued":
        return _asks(lambda asked: (asked[code], None))(given)
    return _per_head(lambda sums: (sums.minutes if what == "hours" else sums.counts)[at])(given)
