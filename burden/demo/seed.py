"""Writes the plan of the demo data into the database, set by set.

Chance inside the database is a hash of what a row is, never random(): the same plan gives the same rows on every run,
whatever way the planner takes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from burden.accounts.demo import PASSWORD, USERNAMES
from burden.demo import sql
from burden.demo.places import CITY, COUNTY, TOWNSHIPS
from burden.demo.plan import (
    AUDIENCES,
    ITEMS,
    MOST_ITEMS,
    ROUTINE,
    SLOTS,
    WEEKS,
    Plan,
    PlannedUnit,
    PlannedWeek,
    make_plan,
)
from burden.kit.clock import DAY, last_closed
from burden.ledger.services import mark_weeks, record
from burden.units.importing import COLUMNS, import_units
from burden.units.models import Unit

TABLES = ("post", "weekly_return", "entry")  # whose triggers mark sums stale
STEP_WEEKS = 15  # weeks that one statement writes: often enough for a progress line
BEGAN = (
    0.03,
    0.05,
    0.09,
    0.16,
    0.4,
    0.55,
    0.6,
)  # the share of a week's filers who have filed by its days, Monday first


def seeded() -> bool:
    """Say whether the demo county is there."""
    return Unit.every.filter(code=COUNTY[0]).exists()


@transaction.atomic
def seed(
    *,
    now: dt.datetime,
    weeks: int = WEEKS,
    townships: int = len(TOWNSHIPS),
    say: Callable[[str, float], None] = lambda _text, _share: None,
) -> dict[str, int]:
    """Write the demo county, all of it or nothing; sums are marked, not counted.

    Units: weeks are closed ones before the started week; `say` is told what is done and the share that is behind.
    Shape: counts of units, people, returns and entries.
    """
    plan = make_plan(last=last_closed(now), weeks=weeks, townships=townships)
    say(_("单位"), 0)
    import_units(by=None, data=_sheet(plan.units), now=now, effective=plan.weeks[0].monday)
    with connection.cursor() as cursor:
        say(_("人员与任职"), 0.03)
        _stage(cursor, plan)
        with _unmarked(cursor), _bare(cursor):
            cursor.execute(sql.PEOPLE, {"now": now, "password": make_password(PASSWORD), "accounts": list(USERNAMES)})
            cursor.execute(sql.POSTS, {"first": plan.weeks[0].monday})
            cursor.execute(sql.RETURNS, _chances(now))
            _write_weeks(cursor, plan.weeks, say)
        cursor.execute(sql.COUNTS)
        counts = dict(zip(("units", "people", "returns", "entries"), cursor.fetchone(), strict=True))
        cursor.execute(sql.DROPPED)
        cursor.execute("ANALYZE person, post, weekly_return, entry")
    mark_weeks(week.monday for week in plan.weeks)
    county = Unit.every.get(code=COUNTY[0])
    record(by=None, what="demo.seeded", on=county, now=now, unit_id=county.pk, **counts)
    return counts


def _sheet(units: Iterable[PlannedUnit]) -> bytes:
    """Write the units as a file that the import takes."""
    lines = [f"{unit.code},{unit.name},{unit.level},{unit.parent},{unit.kind}" for unit in units]
    return "\n".join([",".join((*COLUMNS, "kind")), *lines]).encode()


def _stage(cursor: Any, plan: Plan) -> None:
    """Bring the plan beside the tables."""
    audiences = {audience: place for place, audience in enumerate(AUDIENCES)} | {"": -1}
    codes = {unit.name: unit.code for unit in plan.units if unit.level == "department"} | {"city": CITY[0]}
    started = plan.weeks[-1].monday
    cursor.execute(sql.CHANCE)
    _fill(
        cursor,
        "demo_unit",
        (
            (u.code, audiences[u.audience], u.load, u.coverage, ITEMS.get(u.audience, 0), ROUTINE.get(u.audience, 0))
            for u in plan.units
        ),
    )
    _fill(
        cursor,
        "demo_staged",
        ((n, p.username, p.name, p.unit, p.role, p.title, p.since, p.load) for n, p in enumerate(plan.people)),
    )
    _fill(
        cursor, "demo_week", ((n, w.monday, w.load, w.coverage, w.monday == started) for n, w in enumerate(plan.weeks))
    )
    _fill(
        cursor,
        "demo_item",
        (
            (
                s.week,
                audiences[s.audience],
                s.first,
                s.last,
                s.title,
                s.work.category,
                s.work.subkind,
                codes.get(s.work.issuer, s.work.issuer),
                s.work.median,
                s.work.travel,
                s.work.prep,
            )
            for s in plan.spans()
        ),
    )
    cursor.execute(sql.PERSONS)
    cursor.execute(sql.SLOTS)
    cursor.execute("ANALYZE demo_person, demo_week, demo_slot")


def _fill(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    cursor.execute(f"CREATE TEMP TABLE {table} ({sql.STAGES[table]}) ON COMMIT DROP")
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@contextlib.contextmanager
def _unmarked(cursor: Any) -> Iterator[None]:
    """Write without marking each row stale: whole weeks are marked afterwards. Others wait meanwhile, so no mark is lost."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with rows still to check cannot be altered
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER stale_insert")
    yield
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER stale_insert")


@contextlib.contextmanager
def _bare(cursor: Any) -> Iterator[None]:
    """Take foreign keys and indexes off while nothing is in their tables yet, and build each at once afterwards.

    Shape: as the catalogue defines them; where something was filed before, they stay on.
    """
    cursor.execute(sql.FILED)
    taken = [] if cursor.fetchone()[0] else _definitions(cursor)
    for _name, drop, _create in taken:
        cursor.execute(drop)
    yield
    for _name, _drop, create in reversed(taken):
        cursor.execute(create)


def _definitions(cursor: Any) -> list[tuple[str, str, str]]:
    """List what can be taken off, in the order of doing so: name, DROP, CREATE."""
    cursor.execute(sql.TAKEN_OFF)
    rows: list[tuple[str, str, str]] = cursor.fetchall()
    return rows


def _chances(now: dt.datetime) -> dict[str, Any]:
    local = timezone.localtime(now).replace(tzinfo=None)
    return {
        "accounts": list(USERNAMES),
        "most": MOST_ITEMS,
        "now": local,
        "begun": BEGAN[local.weekday()],
        "oldest_late": local.date() - 30 * DAY,
    }


def _write_weeks(cursor: Any, weeks: Sequence[PlannedWeek], say: Callable[[str, float], None]) -> None:
    cursor.execute("ANALYZE demo_return")
    for start in range(0, len(weeks), STEP_WEEKS):
        step = weeks[start : start + STEP_WEEKS]
        say(_("周报与记录 %(first)s 起") % {"first": step[0].monday}, 0.1 + 0.75 * start / len(weeks))
        span = {"first": step[0].monday, "last": step[-1].monday, "slots": SLOTS}
        cursor.execute(sql.NEW_RETURNS, span)
        cursor.execute(sql.NEW_ENTRIES, span)
    say(_("索引与约束"), 0.85)
