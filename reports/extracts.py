"""Reads a declared table with law 5 applied: whole into a numbered temporary table for files, page by page for the API."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.demands.models import Origin
from burden.kit import clock
from burden.kit.errors import Refused
from burden.standards.models import Category
from burden.units.models import Kind, Level
from reports import restated
from reports.extents import Extent
from reports.peers import ENOUGH
from reports.periods import Span
from reports.restated import RESTATED
from reports.statements import Statements
from reports.table_kinds import KINDS, Law, Table

SQL = Statements()
NONE_GONE = "SELECT NULL::bigint AS unit_id, NULL::date AS week WHERE false"
ALSO_GONE = "SELECT * FROM unnest(%(gone)s::bigint[], %(weeks)s::date[]) AS gone (unit_id, week)"
WITHOUT_RETURNS = """
SELECT unit_id, week FROM sub WHERE returns = 0 AND unit_id = ANY(%(units)s::bigint[]) AND week BETWEEN %(gone_since)s AND %(until)s
"""


class TableRefused(Refused):
    """A table that is not read for so many units and weeks at once; the sentence says what is."""


def parameters(table: Table, actor: Actor, extent: Extent) -> dict[str, Any]:
    """Return the named parameters that every table's statement may use."""
    low, high = extent.unit.range
    units = [] if table.of_issuers else list(extent.units(actor).values_list("pk", flat=True))
    span = extent.since.plus(-table.before).monday, extent.until.monday
    return (
        ENOUGH
        | (_moved(units, span) if extent.basis == RESTATED else {})
        | {
            "gone_since": span[0],
            "low": low,
            "high": high,
            "units": units,
            "since": extent.since.monday,
            "until": extent.until.monday,
            "labels": json.dumps(_labels(), ensure_ascii=False),
            "own": False,
        }
    )


def _moved(units: Sequence[int], span: Span) -> dict[str, Any]:
    """Return what differs in today's tree: rows of sums and of issuers as JSON, and the weeks that it must not show."""
    tree = restated.tree(units, span)
    moved = sorted(tree.differing)
    hidden = restated.hidden_restated(moved, span) if moved else {}
    gone = [(unit, week) for unit, weeks in hidden.items() for week in weeks]
    return {
        "sums": json.dumps(restated.rows(restated.cells(moved, span))),
        "sources": json.dumps(restated.source_rows(restated.sources(moved, span))),
        "gone": [unit for unit, _week in gone],
        "weeks": [week for _unit, week in gone],
        "split": list(tree.estimated),
        "split_until": list(tree.estimated.values()),
    }


def _labels() -> dict[str, str]:
    """Return the words of codes: a kind of unit by itself, others behind a prefix."""
    words = {str(kind.value): str(kind.label) for kind in Kind}
    for prefix, choices in (("category", Category), ("origin", Origin), ("level", Level)):
        words |= {f"{prefix}.{value}": str(label) for value, label in choices.choices}
    said = {
        "hidden": _("人数太少，不显示"),
        "empty": _("没有数据"),
        "partly": _("部分答复出自人数太少的单位，只按预计算"),
        "untimed": _("有人数太少的单位，非工作时间不显示"),
    }
    return words | said | {"unstated": _("未注明"), "self": _("各单位自定")}


def check_size(table: Table, actor: Actor, extent: Extent, most: int | None = None) -> None:
    """Refuse more units and weeks than a table is computed for at once. Refuses: table.too_big."""
    limit = min((size for size in (table.most, most) if size), default=None)
    if limit is None:
        return
    units = extent.issuers(actor) if table.of_issuers else extent.units(actor)
    if units.count() * extent.weeks > limit:
        words = _("“%(table)s”一次最多 %(most)s 个单位·周：请缩短时间，或者选更小的范围")
        raise TableRefused("table.too_big", words % {"table": table.title, "most": f"{limit:,}"})


def count_rows(table: Table, actor: Actor, extent: Extent) -> int:
    """Count a table's rows before anything is begun. Refuses: table.too_big."""
    check_size(table, actor, extent)
    extent = table.of(extent)
    if table.rows:
        return len(list(table.rows(actor, extent)))
    counted = f"WITH {_relations(extent)}, gone AS ({NONE_GONE}), body AS ({table.statement}) SELECT n FROM body"  # noqa: S608 (our own)
    return _count(counted, parameters(table, actor, extent))


def collect(table: Table, actor: Actor, extent: Extent) -> int:
    """Fill the temporary table export_<key> with numbered rows; return how many there are. Refuses: table.too_big."""
    check_size(table, actor, extent)
    extent = table.of(extent)
    name = f"export_{table.key}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        if table.rows:
            _store(cursor, name, table, table.rows(actor, extent))
        else:
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {_lawful(table, extent)}", _bound(table, actor, extent))
        cursor.execute(f"CREATE INDEX ON {name} (n)")
        cursor.execute(f"ANALYZE {name}")
    return _count(f"SELECT n FROM {name}", {})  # noqa: S608 (our own name)


def _store(cursor: Any, name: str, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Put computed rows into a temporary table."""
    columns = ", ".join(f"{column.key} {KINDS[column.kind].sql}" for column in table.columns)
    cursor.execute(f"CREATE TEMPORARY TABLE {name} (n bigint, {columns})")
    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for number, row in enumerate(rows, 1):
            copy.write_row((number, *row))


class Lines(Sequence[dict[str, Any]]):
    """A table's rows as dicts by column, read slice by slice. Refuses: table.too_big."""

    def __init__(self, table: Table, actor: Actor, extent: Extent, *, most: int) -> None:
        check_size(table, actor, extent, most)
        self.table, self.actor, self.extent = table, actor, table.of(extent)

    def __len__(self) -> int:
        return len(self._computed) if self.table.rows else count_rows(self.table, self.actor, self.extent)

    def __getitem__(self, part: Any) -> Any:
        """Read rows from and to a number that counts from 0."""
        names = [column.key for column in self.table.columns]
        rows = self._computed[part] if self.table.rows else self._read(part, names)
        return [dict(zip(names, row, strict=True)) for row in rows]

    @cached_property
    def _computed(self) -> list[Sequence[Any]]:
        return list(self.table.rows(self.actor, self.extent)) if self.table.rows else []

    def _read(self, part: slice, names: Sequence[str]) -> list[Sequence[Any]]:
        bound = _bound(self.table, self.actor, self.extent) | {"first": part.start, "last": part.stop}
        fields = ", ".join(f'"{name}"' for name in names)
        statement = f"SELECT {fields} FROM ({_lawful(self.table, self.extent)}) lawful WHERE n > %(first)s AND n <= %(last)s ORDER BY n"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, bound)
            return list(cursor.fetchall())


def _count(statement: str, bound: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement}) counted", bound)  # noqa: S608 (our own statement)
        return int(cursor.fetchone()[0])


# --- law 5 ---


def _bound(table: Table, actor: Actor, extent: Extent) -> dict[str, Any]:
    still_open = clock.day_of(clock.now()) - dt.timedelta(days=13)  # Sunday + 7 days not yet past
    said = {"comma": "；", "provisional": _("暂定"), "too_few": _("人数太少，不显示"), "no_data": _("没有数据")}
    said |= {"estimated": _("含估算")}
    return parameters(table, actor, extent) | said | {"open": still_open}


def _relations(extent: Extent) -> str:
    """Return the sums in the tree that was asked for, as the relations that every statement reads."""
    read = {name: SQL.text(f"relations/{name}_{extent.basis}") for name in ("sub", "source")}
    return ", ".join(f"{name} AS NOT MATERIALIZED ({statement})" for name, statement in read.items())


def _lawful(table: Table, extent: Extent) -> str:
    """Put a table's statement between what must not be shown and the columns that are then left empty.

    Shape: n and the table's columns; `gone` is the relation that the statement itself may read.
    """
    joins = "".join(_joined(number, law) for number, law in enumerate(table.laws))
    fields = ",\n".join(f'{_field(column.key, table, extent)} AS "{column.key}"' for column in table.columns)
    return f"""WITH {_relations(extent)}, gone AS MATERIALIZED ({_gone(table, extent)}),
silent AS ({WITHOUT_RETURNS}), body AS ({table.statement})
SELECT body.n, {fields}
FROM body {joins}"""  # noqa: S608 (our own statements)


def _gone(table: Table, extent: Extent) -> str:
    """Return the weeks that must not be shown; in today's tree a few more of those whose sums differ."""
    if not (table.laws or "gone" in table.statement):
        return NONE_GONE
    reported = SQL.text("hidden").replace("%(since)s", "%(gone_since)s")
    return f"({reported}) UNION {ALSO_GONE}" if extent.basis == RESTATED else reported


def _joined(number: int, law: Law) -> str:
    return "".join(
        f"""
LEFT JOIN {relation} {relation}{number} ON {relation}{number}.unit_id = body.{law.unit} AND {relation}{number}.week = body.{law.week}"""
        for relation in ("gone", "silent")
    )


def _field(key: str, table: Table, extent: Extent) -> str:
    """Return the expression of one column: empty where law 5 says so, or where nobody filed."""
    if key == "remark":
        return _remark(table, extent)
    for number, law in enumerate(table.laws):
        if key in law.columns:
            silent = "" if key in law.kept else f" AND silent{number}.unit_id IS NULL"
            return f'CASE WHEN gone{number}.unit_id IS NULL{silent} THEN body."{key}" END'
    return f'body."{key}"'


def _remark(table: Table, extent: Extent) -> str:
    """Return the words beside a row: what its statement says or why it is empty, whether it may still change, or is estimated."""
    why = [
        "CASE WHEN gone0.unit_id IS NOT NULL THEN %(too_few)s::text WHEN silent0.unit_id IS NOT NULL THEN %(no_data)s END"
    ]
    own = ["nullif(body.remark, '')"]
    week = "body.monday" if table.by_week else "%(until)s::date"
    said = (why if table.laws else own) + [f"CASE WHEN {week} >= %(open)s THEN %(provisional)s::text END"]
    said += [_estimated(table)] if extent.basis == RESTATED and not table.of_issuers else []
    return f"concat_ws(%(comma)s, {', '.join(said)})"


def _estimated(table: Table) -> str:
    """Return the word of a row whose past a split divided by published shares; of all weeks together, by the first."""
    unit, week = (table.laws[0].unit, f"body.{table.laws[0].week}") if table.laws else ("unit_id", "%(since)s::date")
    return f"""(
SELECT %(estimated)s::text FROM unnest(%(split)s::bigint[], %(split_until)s::date[]) AS split (unit_id, until)
WHERE split.unit_id = body.{unit} AND {week} < split.until)"""  # noqa: S608 (our own names)
