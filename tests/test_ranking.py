"""No figure ranks units or people by filing: no order on the read side asks who filed, how much, how soon or whether at all.

Read from the code, order by order, and from every declared table, row by row.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from burden.kit import clock
from burden.kit.clock import Week
from burden.resources.models import Capacity
from burden.units.models import Unit
from reports.models import PortalTime
from reports.tables import TABLES
from tests.factories import LAST_WEEK, NOW, make_actor, make_unit
from tests.reports.sums import add_sums

ROOT = Path(__file__).parents[1]
FILING = {  # names of what tells who filed: a column, an attribute, a key of a table or of an indicator
    "active", "bulk_share", "cadres", "cadre_id", "coverage", "filed", "filed_at", "filings", "late", "median_s", "nil", "nil_returns", "n_own", "people",
    "portal_seconds", "portal_share", "records", "returns", "shown", "total_s", "weekly_return",
}  # fmt: skip
SAID = (
    "在册",
    "已有数据",
    "无额外事项",
    "提交",
    "用时中位数 秒",
    "用时合计",
    "填报 人",
    "按时",
    "迟报",
    "补录",
)  # in headings of such columns
ORDERS = {"order_by", "sorted", "sort", "max", "min"}
NO_RANK = {  # orders that show nobody in them
    ("reports/sql/hidden.sql", "returns"),  # which unit is hidden beside one that few filed in
    ("reports/sql/signals/recorded_sittings.sql", "cadre_id"),  # one person's records side by side, to be counted
}


def read_side() -> list[Path]:
    """The read side, and what else of the write side is set side by side."""
    rooms = [ROOT / "reports", *(ROOT / "burden" / room for room in ("home", "oversight", "resources"))]
    return [path for room in rooms for path in sorted(room.rglob("*.py")) if "migrations" not in path.parts]


def orders_of(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield whatever decides an order: keys of sorts, arguments of order_by, and every choice of a mapping SORTS."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id == "SORTS" for each in targets):
                yield node.value
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "order_by":
            yield from node.args
        elif name in ORDERS:
            yield from (each.value for each in node.keywords if each.arg == "key")


def names_in(order: ast.expr) -> set[str]:
    """The names that an order reads: attributes, variables, and the last step of each name in a text."""
    found: set[str] = set()
    for node in ast.walk(order):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value.lstrip("-").split("__")[-1])
    return found


def orders_in(sql: str) -> list[str]:
    """The ORDER BY clauses of a statement, each until its bracket closes or another clause begins."""
    code = re.sub(r"--.*", "", sql)
    found = []
    for each in re.finditer(r"\bORDER BY\b", code):
        depth, end = 0, each.end()
        while end < len(code) and depth >= 0:
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            end += 1
        found.append(re.split(r"\b(?:LIMIT|ROWS|FOR UPDATE|WINDOW|ON CONFLICT|RETURNING)\b", code[each.end() : end])[0])
    return found


def test_orders_are_found_where_they_are() -> None:
    """The tests below see what they are to refuse."""
    tree = ast.parse(
        "SORTS = {'a': lambda line: line.coverage}\n"
        "rows.order_by('unit__code', F('-returns'))\nsorted(rows, key=lambda row: row.nil / row.all)\nlines.sort(key=late)"
    )
    assert set().union(*map(names_in, orders_of(tree))) & FILING == {"coverage", "returns", "nil", "late"}
    assert orders_in("SELECT x, row_number() OVER (ORDER BY coalesce(a, b), c) FROM t ORDER BY returns LIMIT 3") == [
        " coalesce(a, b), c)", " returns ",
    ]  # fmt: skip


def test_code_orders_nothing_by_filing() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in read_side()
        for order in orders_of(ast.parse(path.read_text(encoding="utf-8")))
        for name in names_in(order) & FILING
    }
    assert found == set()


def test_statements_order_nothing_by_filing() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / "reports").rglob("*.sql"))
        for order in orders_in(path.read_text(encoding="utf-8"))
        for name in set(re.findall(r"\w+", order)) & FILING
    }
    assert found == NO_RANK


def test_columns_that_tell_who_filed_are_known() -> None:
    named = {
        column.key
        for table in TABLES.values()
        for column in table.columns
        if column.is_figure and any(word in str(column.title) for word in SAID)
    }
    assert named and named <= FILING


# --- row by row ---

FILED = ((9, 20), (6, 30), (12, 25), (7, 40), (10, 22))  # returns and cadres by township, in no order that a page has
SPENT = (300, 500, 400, 100, 200)  # minutes a head


@pytest.fixture
def county(db: None, monkeypatch: pytest.MonkeyPatch) -> Unit:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    county = make_unit(make_unit(level="city"), "county")
    for (returns, active), per_head in zip(FILED, SPENT, strict=True):
        town = make_unit(county, "township")
        add_sums(town, returns=returns, active=active, per_head=per_head, nil_returns=returns // 3)
        Capacity.every.create(unit=town, year=2026, in_post=20, changed_at=NOW)
        PortalTime.every.create(unit=town, week=LAST_WEEK.monday, n=returns, median_s=returns * 5, total_s=returns * 60)
    return county


def rows_of(client: Client, county: Unit, key: str, week: Week = LAST_WEEK) -> list[dict[str, Any]]:
    query = {"unit": county.code, "from": str(week), "to": str(week)}
    return client.get(f"/api/v1/tables/{key}/", query | {"level": "township"}).json()["results"]


def test_no_table_stands_in_the_order_of_who_filed(client: Client, county: Unit) -> None:
    """Nor in that of the share who did, up or down, whichever figure of it a table has."""
    client.force_login(make_actor(county, "office").user)
    seen = set()
    for key in TABLES:
        rows = rows_of(client, county, key)
        codes = list(dict.fromkeys(row["code"] for row in rows if "code" in row))
        for name in FILING & rows[0].keys() if len(codes) > 2 else ():
            assert not is_ordered([row[name] for row in rows]), (key, name)
            seen.add(key)
        if rows and {"returns", "active"} <= rows[0].keys():
            assert not is_ordered([row["returns"] / row["active"] for row in rows]), key
    assert seen == {"unit_weeks", "trend", "categories", "comparison", "portal"}


def is_ordered(values: list[Any]) -> bool:
    """Whether values rise or fall throughout."""
    steps = [after - before for before, after in pairwise(values)]
    return all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
