"""Tables that a statement alone does not say: the functions of the pages, row by row.

Each takes the actor first and returns rows in the order of its table's columns.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from reports.extents import Extent
from reports.panels.comparison import Line, table
from reports.queries import Row, compared, left_out


def comparison(actor: Actor, extent: Extent) -> list[tuple[Any, ...]]:
    """Return the units of a level side by side as the page does: the heaviest first, then those not shown."""
    units = list(extent.units(actor).filter(closed_on=None).select_related("parent").order_by("path"))
    rows = {row.unit.pk: row for row in compared(actor, units, extent.span, extent.basis)}
    lines = table(list(rows.values()), extent.period).lines
    return [_compared(line, rows[line.unit.pk], extent) for line in lines]


def _compared(line: Line, row: Row, extent: Extent) -> tuple[Any, ...]:
    unit, load, spread = line.unit, line.load, line.spread
    is_empty = load is not None and not load.returns
    remark = _("人数太少，不显示") if line.is_hidden else _("没有数据") if is_empty else ""
    known = load if load and load.returns else None
    peers = (spread.count, round(spread.low), round(spread.median), round(spread.high)) if spread else (None,) * 4
    return (
        unit.code, unit.name, str(unit.get_kind_display()), unit.parent.name if unit.parent else "",
        line.active, load.returns if load else None,
        known.minutes if known else None, known.self_min if known else None, line.per_head, line.imposed,
        *peers, line.gap, left_out(row.loads, row.gone, extent.period), remark,
    )  # fmt: skip
