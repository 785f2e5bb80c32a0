"""Which rows a table is asked for: whose, and over which weeks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from burden.accounts.actor import Actor
from burden.kit.clock import Week
from burden.units.models import Level, Unit, UnitQuerySet
from reports.listed import units_below
from reports.periods import WEEKS, Period, Span
from reports.restated import REPORTED

OWN = "own"
LEVELS = {
    OWN: _("本单位合计（含全部下级）"),
    Level.CITY.value: _("全部市"),
    Level.COUNTY.value: _("全部县"),
    Level.TOWNSHIP.value: _("全部乡镇（含村社区汇总）"),
    Level.VILLAGE.value: _("全部村社区"),
    Level.DEPARTMENT.value: _("全部部门"),
}


@dataclass(frozen=True)
class Extent:
    """Which rows: a unit, whose level below it, from which week to which (both inclusive), and in which tree."""

    unit: Unit
    level: str
    since: Week
    until: Week
    basis: str = REPORTED

    @property
    def span(self) -> Span:
        """First and last Monday."""
        return self.since.monday, self.until.monday

    @cached_property
    def weeks(self) -> int:
        return (self.until.monday - self.since.monday).days // 7 + 1

    @cached_property
    def period(self) -> Period:
        """The weeks as the panels of the pages take them."""
        return Period(WEEKS, tuple(self.since.plus(n) for n in range(self.weeks)))

    @property
    def unlike(self) -> list[str]:
        """Say why the same weeks a year before are not alike."""
        return Period.over(self.period.weeks).unlike

    def units(self, actor: Actor) -> UnitQuerySet:
        """The unit itself, or those of the level below it that the actor may see, as reports.listed lists them."""
        if self.level in (OWN, self.unit.level):
            return Unit.objects.visible_to(actor).filter(pk=self.unit.pk)
        return units_below(actor, self.unit, self.span, self.basis).filter(level=self.level)

    def issuers(self, actor: Actor) -> UnitQuerySet:
        """The unit and all below it, whose demands a table lists; no level is asked."""
        return Unit.objects.visible_to(actor).under(self.unit)
