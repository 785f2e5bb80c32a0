"""From a table's statement to numbered rows in a temporary table, with what law 5 hides already gone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Kind, Unit
from reports import restated
from reports.peers import ENOUGH, HIDDEN
from reports.periods import Span
from reports.restated import REPORTED, RESTATED
from reports.tables import Table

LEVELS = {
    "own": gettext_lazy("本单位合计（含全部下级）"),
    "township": gettext_lazy("全部乡镇（含村社区汇总）"),
    "village": gettext_lazy("全部村社区"),
    "department": gettext_lazy("全部部门"),
}
BLANK = """
UPDATE {table} SET {columns}, remark = %(remark)s
FROM ({keys}) AS found
WHERE {table}.unit_id = found.unit_id AND {table}.monday = found.week
"""
# with what differs in today's tree, and without it in its place; none differs in the trees of those weeks
EMPTY = """
SELECT unit_id, week FROM rollup_sub r
WHERE returns = 0 AND week BETWEEN %(since)s AND %(until)s AND NOT EXISTS (
    SELECT FROM jsonb_populate_recordset(NULL::rollup_sub, %(sums)s::jsonb) c WHERE c.unit_id = r.unit_id AND c.week = r.week)
UNION ALL
SELECT unit_id, week FROM jsonb_populate_recordset(NULL::rollup_sub, %(sums)s::jsonb) WHERE returns = 0
"""
ALSO_HIDDEN = "SELECT * FROM unnest(%(gone)s::bigint[], %(weeks)s::date[]) AS gone (unit_id, week)"
PROVISIONAL = (
    "UPDATE {table} SET remark = concat_ws(%(comma)s, nullif(remark, ''), %(remark)s) WHERE monday >= %(open)s"
)


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
    def moved(self) -> list[int]:
        """The units whose sums differ in today's tree."""
        if self.basis != RESTATED:
            return []
        low, high = self.unit.range
        below = Unit.every.filter(path__gte=low, path__lt=high, level=self.level).values_list("pk", flat=True)
        chosen = [self.unit.pk] if self.level == "own" else list(below)
        return sorted({shift.unit for shift in restated.shifts(chosen, self.span)})

    @cached_property
    def changed(self) -> dict[str, str]:
        """The rows that differ in today's tree, as the statements take them."""
        return {
            "sums": json.dumps(restated.rows(restated.cells(self.moved, self.span))),
            "sources": json.dumps(restated.source_rows(restated.sources(self.moved, self.span))),
        }

    def parameters(self) -> dict[str, Any]:
        """The named parameters of every table's statement."""
        low, high = self.unit.range
        labels = {str(kind.value): str(kind.label) for kind in Kind} | {"": _("未注明"), "villages": _("各村社区自定")}
        return {
            "low": low,
            "high": f"{low}!" if self.level == "own" else high,  # '!' comes before every digit: the unit alone
            "levels": [self.unit.level if self.level == "own" else self.level],
            "since": self.since.monday,
            "until": self.until.monday,
            "labels": json.dumps(labels, ensure_ascii=False),
            **self.changed,
        }


def count_rows(table: Table, extent: Extent) -> int:
    """Count a table's rows before the export is begun."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({table.statement}) AS counted", extent.parameters())  # noqa: S608 (our own statement)
        return int(cursor.fetchone()[0])


def collect(table: Table, extent: Extent) -> int:
    """Fill the temporary table export_<key> with numbered rows; return how many there are."""
    name = f"export_{table.key}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {table.statement}", extent.parameters())
        cursor.execute(f"CREATE INDEX ON {name} (n)")
        _hide(cursor, name, table, extent)
        cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608 (our own name)
        return int(cursor.fetchone()[0])


def _hide(cursor: Any, name: str, table: Table, extent: Extent) -> None:
    """Empty what too few people stand behind and what nobody filed; mark what may still change."""
    cursor.execute(f"SELECT DISTINCT unit_id FROM {name}")  # noqa: S608 (our own name)
    units = [unit for (unit,) in cursor.fetchall()]
    asked = extent.parameters()
    hidden = {"remark": _("人数太少，不显示"), "units": units, "own": False, **_also_hidden(extent), **ENOUGH}
    for keys in (HIDDEN, ALSO_HIDDEN):
        cursor.execute(_blank(name, (*table.people, *table.measures), keys), asked | hidden)
    cursor.execute(_blank(name, table.measures, EMPTY), asked | {"remark": _("没有数据")})
    still_open = clock.day_of(clock.now()) - dt.timedelta(days=13)  # Sunday + 7 days not yet past
    remark = {"comma": "；", "remark": _("暂定"), "open": still_open}
    cursor.execute(PROVISIONAL.format(table=name), remark)


def _also_hidden(extent: Extent) -> dict[str, list[Any]]:
    """Name the weeks that only today's tree must not show."""
    found = restated.hidden_restated(extent.moved, extent.span) if extent.moved else {}
    cells = [(unit, week) for unit, weeks in found.items() for week in weeks]
    return {"gone": [unit for unit, _week in cells], "weeks": [week for _unit, week in cells]}


def _blank(name: str, columns: Sequence[str], keys: str) -> str:
    return BLANK.format(table=name, columns=", ".join(f"{column} = NULL" for column in columns), keys=keys)
