"""What a table is made of that people and programs take away: columns, how they are kept and written, what law 5 leaves empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise

from burden.accounts.actor import Actor
from reports.extents import Extent
from reports.statements import Statements

SQL = Statements("tables")


@dataclass(frozen=True)
class Kind:
    """How a column's values are kept and written: PostgreSQL's type, a spreadsheet's number format."""

    sql: str
    format: str = ""


KINDS = {
    "text": Kind("text"),
    "date": Kind("date", "yyyy-mm-dd"),
    "count": Kind("bigint", "#,##0"),  # whole: pieces, people, person-minutes
    "decimal": Kind("double precision", "#,##0.0"),
    "percent": Kind("double precision", "0.0%"),  # a share of 1
}


@dataclass(frozen=True)
class Column:
    """One column: its name in statement and API, its heading, its kind, its width in characters. Units: as the heading says."""

    key: str
    title: str | Promise
    kind: str = "count"
    width: int = 10

    @property
    def is_figure(self) -> bool:
        """Whether it stands to the right."""
        return self.kind not in ("text", "date")


@dataclass(frozen=True)
class Law:
    """What law 5 leaves empty: columns of a row whose unit and week, as two columns of the statement say, must not be shown.

    Shape: of `columns` those in `kept` stay where there is no return, which is no data and no secret.
    """

    columns: tuple[str, ...]
    kept: tuple[str, ...] = ()
    unit: str = "unit_id"
    week: str = "monday"


@dataclass(frozen=True)
class Table:
    """One table, from a statement of sql/tables or from a function of actor and extent.

    Shape: a statement numbers its rows in `n`, takes the parameters of extracts.parameters and reads the relations `sub` and
    `source`, the sums in the tree that was asked for, and `gone` (unit_id, week), the weeks that must not be shown; a
    function returns rows in the order of the columns, law 5 applied. `by_week`: a row is of the week `monday`, and provisional by it. `of_issuers`: rows are of the unit and all
    below it, as issuers or together, and no level is asked. Units: `most` is units x weeks that it is computed for at once, `before` weeks
    before the first that law 5 has to know of. `tree` is the one it has, whatever is asked for (ADR 11); empty where it has both. `is_yearly`: the
    same weeks of the year before stand in it. `span` says of which weeks its figures are, where not of those asked for alone; so does its title.
    """

    key: str
    title: str | Promise
    columns: tuple[Column, ...]
    sql: str = ""
    rows: Callable[[Actor, Extent], Iterable[Sequence[Any]]] | None = None
    laws: tuple[Law, ...] = ()
    by_week: bool = True
    of_issuers: bool = False
    most: int | None = None
    before: int = 0
    tree: str = ""
    is_yearly: bool = False
    span: str | Promise = ""
    frozen: int = 3  # columns that stay while one scrolls

    @property
    def statement(self) -> str:
        return SQL.text(self.sql)

    def of(self, extent: Extent) -> Extent:
        """Return what is read where an extent is asked for: in the table's own tree, where it has but one."""
        return replace(extent, basis=self.tree or extent.basis)
