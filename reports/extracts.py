"""From a table's statement to numbered rows in a temporary table, with what law 5 hides already gone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Kind, Unit
from reports.peers import ENOUGH, HIDDEN
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
EMPTY = "SELECT unit_id, week FROM rollup_sub WHERE returns = 0 AND week BETWEEN %(since)s AND %(until)s"
PROVISIONAL = (
    "UPDATE {table} SET remark = concat_ws(%(comma)s, nullif(remark, ''), %(remark)s) WHERE monday >= %(open)s"
)


@dataclass(frozen=True)
class Extent:
    """Which rows: a unit, whose level below it, and from which week to which (both inclusive)."""

    unit: Unit
    level: str
    since: Week
    until: Week

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
    span = {"since": extent.since.monday, "until": extent.until.monday}
    hidden = {"remark": _("人数太少，不显示"), "units": units, "own": False} | span | ENOUGH
    cursor.execute(_blank(name, (*table.people, *table.measures), HIDDEN), hidden)
    cursor.execute(_blank(name, table.measures, EMPTY), {"remark": _("没有数据")} | span)
    still_open = clock.day_of(clock.now()) - dt.timedelta(days=13)  # Sunday + 7 days not yet past
    remark = {"comma": "；", "remark": _("暂定"), "open": still_open}
    cursor.execute(PROVISIONAL.format(table=name), remark)


def _blank(name: str, columns: Sequence[str], keys: str) -> str:
    return BLANK.format(table=name, columns=", ".join(f"{column} = NULL" for column in columns), keys=keys)
