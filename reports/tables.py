"""Every exported table, declared once: its columns, its statement, what is hidden together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from burden.standards.models import Category

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Column:
    """One column: its name in the statement, its heading, how it is written. Units: as the heading says."""

    key: str
    title: str | Promise
    kind: str = "count"  # text, date, count
    width: int = 10


@dataclass(frozen=True)
class Table:
    """One table: `sql` names its statement; a suppressed row leaves `people` and `measures` empty, no data the latter."""

    key: str
    title: str | Promise
    sql: str
    columns: tuple[Column, ...]
    people: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The SELECT with named parameters; its first four columns (n, unit_id, parent_id, monday) are not written."""
        return (SQL / self.sql).read_text(encoding="utf-8")


WEEK = Column("week", _("周（周一）"), "date", 12)
CODE = Column("code", _("单位代码"), "text", 15)
UNIT = Column("unit", _("单位"), "text", 18)
REMARK = Column("remark", _("说明"), "text", 22)
TOTAL = Column("total", _("合计 人·分钟"), width=14)


def by_category(prefix: str, unit: str | Promise, width: int) -> tuple[Column, ...]:
    """The five columns of one measure."""
    return tuple(Column(f"{prefix}_{category.value}", _heading(category, unit), width=width) for category in Category)


def _heading(category: Category, unit: str | Promise) -> Promise:
    return format_lazy("{category} {unit}", category=category.label, unit=unit)


COUNTS = by_category("n", _("件"), 9)
MINUTES = by_category("m", _("人·分钟"), 12)
SHARES = (
    Column("self_min", _("本单位自定 人·分钟"), width=14),
    Column("after_hours_min", _("非工作时间 人·分钟"), width=14),
    Column("bulk_min", _("批量照此计 人·分钟"), width=14),
)
UNIT_WEEKS = Table(
    "unit_weeks",
    _("单位周汇总"),
    "export_units.sql",
    (
        WEEK,
        CODE,
        UNIT,
        Column("kind", _("类别"), "text", 8),
        Column("parent", _("上级"), "text", 14),
        Column("active", _("在册 人")),
        Column("returns", _("已有数据 人")),
        Column("nil_returns", _("无额外事项 人")),
        *COUNTS,
        *MINUTES,
        TOTAL,
        *SHARES,
        REMARK,
    ),
    ("active", "returns"),
    (
        "nil_returns",
        *(column.key for column in (*COUNTS, *MINUTES, TOTAL, *SHARES)),
    ),
)
ISSUERS = Table(
    "issuers",
    _("谁要求的"),
    "export_issuers.sql",
    (
        WEEK,
        CODE,
        UNIT,
        Column("issuer_code", _("下达单位代码"), "text", 15),
        Column("issuer", _("下达单位"), "text", 18),
        Column("entries", _("记录 件")),
        *MINUTES,
        TOTAL,
        REMARK,
    ),
    (),
    ("entries", *(column.key for column in (*MINUTES, TOTAL))),
)
TABLES = {table.key: table for table in (UNIT_WEEKS, ISSUERS)}
