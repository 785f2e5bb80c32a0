"""From a table's statement to numbered rows in a temporary table, with what law 5 hides already gone."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.kit import clock
from burden.kit.clock import Week
from burden.units.models import Kind, Unit
from reports.peers import hidden
from reports.queries import alone, families
from reports.tables import Table

LEVELS = {
    "own": gettext_lazy("本单位合计（含全部下级）"),
    "township": gettext_lazy("全部乡镇（含村社区汇总）"),
    "village": gettext_lazy("全部村社区"),
    "department": gettext_lazy("全部部门"),
}
FAMILIES = "SELECT DISTINCT coalesce(parent_id, 0), CASE WHEN parent_id IS NULL THEN unit_id END FROM {table}"
BLANK = """
UPDATE {table} SET {columns}, remark = %(remark)s
FROM unnest(%(units)s::bigint[], %(weeks)s::date[]) AS gone (unit_id, week)
WHERE {table}.unit_id = gone.unit_id AND {table}.monday = gone.week
"""
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
    cursor.execute(FAMILIES.format(table=name))
    found = cursor.fetchall()
    span = extent.since.monday, extent.until.monday
    cells = families({parent for parent, root in found if root is None}, span)
    for _parent, root in found:
        if root is not None:
            cells |= alone(root, span)
    unseen = [(key.unit, key.week) for key in hidden(cells) if not key.own]
    nobody = [(key.unit, key.week) for key, cell in cells.items() if not cell.returns and not key.own]
    _blank(cursor, name, table, unseen, _("人数太少，不显示"))
    _blank(cursor, name, table, nobody, _("没有数据"))
    still_open = clock.day_of(clock.now()) - dt.timedelta(days=13)  # Sunday + 7 days not yet past
    remark = {"comma": "；", "remark": _("暂定"), "open": still_open}
    cursor.execute(PROVISIONAL.format(table=name), remark)


def _blank(cursor: Any, name: str, table: Table, keys: list[tuple[int, dt.date]], remark: str) -> None:
    columns = ", ".join(f"{column} = NULL" for column in table.hidden)
    units, weeks = [unit for unit, _week in keys], [week for _unit, week in keys]
    cursor.execute(BLANK.format(table=name, columns=columns), {"remark": remark, "units": units, "weeks": weeks})
