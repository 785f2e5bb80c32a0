"""What a bulletin reads of a unit and a period: the sums of the dashboard, and what they are compared with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from burden.accounts.actor import Actor
from burden.kit.clock import Week, last_closed
from burden.units.models import Level, Unit
from reports import queries
from reports.indicators import Figures
from reports.panels import summary
from reports.peers import hidden
from reports.periods import Period, year_before

BELOW = (Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True)
class Read:
    """All that a bulletin is made of. Units: as in reports.indicators.

    Shape: gone are Mondays that are not shown; apart those of other periods that stand beside no shown week of this one.
    """

    actor: Actor
    unit: Unit
    period: Period
    here: Figures
    previous: Figures | None
    last_year: Figures | None
    weekly: Mapping[dt.date, Figures]
    gone: Collection[dt.date]
    apart: Collection[dt.date]
    issuers: summary.Issuers
    named: Sequence[summary.Issuer]  # who is told by name: neither units above nor those below, which ask of themselves
    closed: Week

    @property
    def unfiled(self) -> list[Week]:
        """The weeks of the period that nobody filed for."""
        return queries.unfiled(self.weekly, self.period)

    @property
    def filed(self) -> tuple[list[dt.date], list[dt.date]]:
        """The Mondays that somebody filed for, and those of a year before that stand beside no other week."""
        unfiled, last_year = self.unfiled, self.period.last_year
        beside = {then for week, then in zip(self.period.weeks, last_year.weeks, strict=False) if week in unfiled}
        return (
            [week.monday for week in self.period.weeks if week not in unfiled],
            [week.monday for week in last_year.weeks if week not in beside],
        )


def read_of(actor: Actor, unit: Unit, period: Period, at: dt.datetime) -> Read | None:
    """Read a unit and all below it over a period; None where nothing was filed, or nothing may be shown."""
    closed = last_closed(at)
    weeks = summary.trend_weeks(period, closed)
    oldest = min(year_before(weeks[0]), period.previous.first, period.last_year.first)
    span = (oldest.monday, max(weeks[-1], period.last).monday)
    weekly, gone = queries.weekly(actor, unit, span), hidden([unit.pk], span)[unit.pk]
    here, apart = queries.of_period(weekly, gone, period), queries.aside(weekly, gone, period)
    previous, last_year = (
        queries.comparable(weekly, gone, each, apart) for each in (period.previous, period.last_year)
    )
    if here is None or not here.returns:
        return None
    found, before = queries.sources(actor, unit, period, {*gone, *apart})
    units = queries.issuer_names(actor, [source.issuer_id for source in found if source.issuer_id])
    heads = (here.returns, previous.returns if previous else 0)
    low, high = unit.range
    told = [pk for pk, each in units.items() if low <= each.path < high and each.level not in BELOW]
    issuers = summary.issuers(found, before, units, heads, set(units))
    named = summary.issuers([each for each in found if each.issuer_id in told], before, units, heads, told)
    return Read(actor, unit, period, here, previous, last_year, weekly, gone, apart, issuers, named.top, closed)
