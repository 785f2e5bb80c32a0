"""Writes the plan of the demo data into the database, set by set.

Chance inside the database is a hash of what a row is, never random(): the same plan gives the same rows on every run,
whatever way the planner takes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from burden.accounts.demo import PASSWORD, USERNAMES
from burden.demands.duplicates import grams
from burden.demo import adapted, asked, asked_sql, duties, helped, planted, reported, said, sql, story
from burden.demo.asked import PlannedDemand
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
from burden.kit.clock import DAY, Week, last_closed
from burden.ledger.services import mark_weeks, record
from burden.units.importing import COLUMNS, import_units
from burden.units.models import Unit

TRIGGERS = (  # that mark sums stale
    ("post", "stale_insert"),
    ("weekly_return", "stale_insert"),
    ("entry", "stale_insert"),
    ("entry", "stale_answer_insert"),
    ("target", "stale_insert"),
    ("target", "stale_update"),
)
OPEN = [0.06, 0.45, 0.15]  # the share of the started week's demands that a village, township, department has already
LEARNED = 4  # weeks of answers from which handlers are known
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
    Shape: counts of units, people, returns, entries, demands and targets.
    """
    plan = make_plan(last=last_closed(now), weeks=weeks, townships=townships)
    say(_("单位"), 0)
    import_units(by=None, data=_sheet(plan.units), now=now, effective=plan.weeks[0].monday)
    with connection.cursor() as cursor:
        say(_("人员与任职"), 0.03)
        first_planted = _stage(cursor, plan)
        with _unmarked(cursor), _bare(cursor):
            cursor.execute(sql.PEOPLE, {"now": now, "password": make_password(PASSWORD), "accounts": list(USERNAMES)})
            cursor.execute(sql.POSTS, {"first": plan.weeks[0].monday})
            cursor.execute(sql.RETURNS, _chances(now))
            _register(cursor, now)
            _write_weeks(cursor, plan.weeks, say)
            cursor.execute(asked_sql.PLANTED, {"first": first_planted})
            cursor.execute(asked_sql.RELAYED, {"first": first_planted, "title": planted.RELAYED})
            extra = _record_more(cursor, plan)
            cursor.execute(asked_sql.ANSWERED, {"title": story.LEDGER, "first": first_planted})
            extra += cursor.rowcount
            cursor.execute(sql.TIMES)
        cursor.execute(
            asked_sql.HANDLERS,
            {"since": plan.weeks[-1 - LEARNED].monday if len(plan.weeks) > LEARNED else plan.weeks[0].monday},
        )
        duties.link(cursor)
        with _unmarked(cursor):
            duties.send_back(now=now)
        cursor.execute(asked_sql.BUDGETS)
        cursor.execute(asked_sql.MARKS)
        helped.help_out(now=now)
        cursor.execute(sql.COUNTS)
        counts = dict(
            zip(("units", "people", "returns", "entries", "demands", "targets"), cursor.fetchone(), strict=True)
        )
        counts["entries"] += extra
        cursor.execute(sql.DROPPED)
        cursor.execute("ANALYZE person, post, weekly_return, entry, demand, target, handler")
    mark_weeks(week.monday for week in plan.weeks)
    adapted.adapt(now=now)
    said.say(now=now)
    reported.report(now=now)
    duties.admit(now=now)
    duties.retire(now=now)
    duties.observe_around(now=now)
    county = Unit.every.get(code=COUNTY[0])
    record(by=None, what="demo.seeded", on=county, now=now, unit_id=county.pk, **counts)
    return counts


def _record_more(cursor: Any, plan: Plan) -> int:
    """Record what nobody registered of the story of the year (demo.story); how many entries that makes."""
    rows = 0
    for each in story.recorded([week.monday for week in plan.weeks]):
        cursor.execute(asked_sql.RECORDED, each)
        rows += cursor.rowcount
    return rows


def _sheet(units: Iterable[PlannedUnit]) -> bytes:
    """Write the units as a file that the import takes."""
    lines = [f"{unit.code},{unit.name},{unit.level},{unit.parent},{unit.kind}" for unit in units]
    return "\n".join([",".join((*COLUMNS, "kind")), *lines]).encode()


def _stage(cursor: Any, plan: Plan) -> int:
    """Bring the plan beside the tables; the number of the first demand that is planted for the signals."""
    audiences = {audience: place for place, audience in enumerate(AUDIENCES)} | {"": -1}
    codes = {unit.name: unit.code for unit in plan.units if unit.level == "department"} | {"city": CITY[0]}
    started = plan.weeks[-1].monday
    cursor.execute(sql.CHANCE)
    _fill(cursor, "demo_unit", (_unit(each, audiences) for each in plan.units))
    _fill(
        cursor,
        "demo_staged",
        ((n, p.username, p.name, p.unit, p.role, p.title, p.since, p.load) for n, p in enumerate(plan.people)),
    )
    _fill(
        cursor, "demo_week", ((n, w.monday, w.load, w.coverage, w.monday == started) for n, w in enumerate(plan.weeks))
    )
    spans = list(plan.spans())
    planned = [*asked.demands((s.week, s.audience, s.work, s.title) for s in spans), asked.sister(last_sister(plan))]
    first_planted = len(planned)
    mondays = [week.monday for week in plan.weeks]
    planned += [*planted.planted(mondays), *story.planted(mondays)]
    numbers = {(each.week, each.title, each.work.issuer): n for n, each in enumerate(planned)}
    _fill(
        cursor,
        "demo_asked",
        (_asked(n, each, codes, audiences, plan) for n, each in enumerate(planned)),
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
                numbers.get((s.week, s.title, s.work.issuer)),
            )
            for s in spans
        ),
    )
    cursor.execute(sql.PERSONS)
    cursor.execute(sql.SLOTS)
    cursor.execute(sql.SLOTS_BESIDE, {"beside": sql.BESIDE})
    cursor.execute(asked_sql.DEMANDS)
    cursor.execute("ANALYZE demo_person, demo_week, demo_slot, demo_demand")
    return first_planted


def _unit(each: PlannedUnit, audiences: dict[str, int]) -> tuple[Any, ...]:
    """Lay one unit into the shape of demo_unit."""
    audience = audiences[each.audience] + (0 if each.registered else sql.BESIDE)
    return each.code, audience, each.load, each.coverage, ITEMS.get(each.audience, 0), ROUTINE.get(each.audience, 0)


def _asked(
    n: int, each: PlannedDemand, codes: dict[str, str], audiences: dict[str, int], plan: Plan
) -> tuple[Any, ...]:
    """Lay one demand into the shape of demo_asked."""
    first, last = plan.weeks[0].monday, plan.weeks[-1].monday
    return (
        n, each.week, each.title, each.work.category, each.work.subkind, codes[each.work.issuer],
        [audiences[name] for name in each.audiences], asked.first_day(each, first),
        None if each.frequency == "once" else last + 26 * 7 * DAY,
        each.minutes, each.work.travel, each.work.prep, each.origin, each.channel, each.frequency, each.planned,
        list(each.fields), grams(each.title, each.fields), json.dumps(each.facts), json.dumps(each.receivers),
    )  # fmt: skip


def last_sister(plan: Plan) -> Week:
    """Return the week in which the housing bureau's monthly form began: a month before the last closed one."""
    return Week(plan.weeks[max(0, len(plan.weeks) - 6)].monday)


def _register(cursor: Any, now: dt.datetime) -> None:
    """Write the demands, the plans they are in and the duty list."""
    cursor.execute(asked_sql.PLANS)
    cursor.execute(asked_sql.NEW_DEMANDS, {"now": now})
    cursor.execute(asked_sql.DUTIES, [*map(list, zip(*asked.duty_rows(), strict=True)), COUNTY[0]])


def _fill(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    cursor.execute(f"CREATE TEMP TABLE {table} ({sql.STAGES[table]}) ON COMMIT DROP")
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@contextlib.contextmanager
def _unmarked(cursor: Any) -> Iterator[None]:
    """Write without marking each row stale: whole weeks are marked afterwards. Others wait meanwhile, so no mark is lost."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with rows still to check cannot be altered
    for table, trigger in TRIGGERS:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    for table, trigger in TRIGGERS:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


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
        span = {"first": step[0].monday, "last": step[-1].monday, "slots": SLOTS, "open": OPEN}
        cursor.execute(sql.NEW_RETURNS, span)
        cursor.execute(sql.ENTRIES, span)
        cursor.execute(asked_sql.TARGETS, span)
        cursor.execute(asked_sql.NEW_TARGETS)
        cursor.execute(sql.NEW_ENTRIES)
        cursor.execute("DROP TABLE demo_entry, demo_target")
    say(_("索引与约束"), 0.85)
