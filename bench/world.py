"""Fills an empty schema with a made-up province, in the database: the tree, its cadres, weeks of returns and entries.

Figures a week: a village cadre 6 to 7 entries, a township cadre 10, a department's 8; about 138,000 entries for 8 counties.
A real province is the tree of a CSV (code, name, level, parent_code), with villages and departments made up beneath it.
Source: DOMAIN section 8.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

LOADERS = 2  # connections that write a week at once


@dataclass(frozen=True)
class Size:
    """How much to make. Units: counties and weeks are counts."""

    counties: int
    weeks: int


SIZES = {"100K": Size(2, 3), "1M": Size(8, 8), "10M": Size(12, 52), "30M": Size(34, 52)}
CADRES = {"village": 6, "township": 40, "department": 8}
ENTRIES = "CASE u.level WHEN 'village' THEN 5 + r.cadre_id % 4 WHEN 'township' THEN 10 ELSE 8 END"
REAL_DEPARTMENTS = 30  # of a county, made up: no list of them is open

TABLES = ("weekly_return", "entry")
UNITS = """
WITH made AS (
    SELECT nextval(pg_get_serial_sequence('unit', 'id')) AS id, p.id AS parent_id, p.shard, p.depth, p.path
    FROM (SELECT id, depth, path, shard FROM unit WHERE level = %(above)s
          UNION ALL SELECT NULL, -1, '', 0 WHERE %(above)s = '') p
    CROSS JOIN generate_series(1, %(many)s) AS n
)
INSERT INTO unit (id, code, name, level, kind, parent_id, depth, path, shard)
SELECT id, 'B' || id, '单位' || id, %(level)s, %(level)s, parent_id, depth + 1, path || id || '.',
       CASE WHEN %(level)s IN ('nation', 'province', 'city', 'county') THEN id %% 16 ELSE shard END
FROM made
"""
NAMED = """
INSERT INTO unit (id, code, name, level, kind, parent_id, depth, path, shard)
SELECT id, code, name, level, level, parent_id, depth, path || id || '.', CASE WHEN level = 'township' THEN shard ELSE id %% 16 END
FROM (
    SELECT nextval(pg_get_serial_sequence('unit', 'id')) AS id, d.code, d.name, d.level, p.id AS parent_id, p.depth + 1 AS depth,
           p.path, p.shard
    FROM divisions d
    JOIN unit p ON p.code = d.parent_code OR d.level = 'province' AND p.level = 'nation'
    WHERE d.level = %(level)s
) named
"""
PATHS = """
INSERT INTO unit_path (unit_id, from_week, path, ancestors)
SELECT id, DATE '0001-01-01', path, string_to_array(rtrim(path, '.'), '.')::bigint[] FROM unit
"""
PLACEMENTS = """
INSERT INTO placement (unit_id, parent_id, name, level, kind, valid)
SELECT id, parent_id, name, level, kind, '[2020-01-06,)' FROM unit
"""
SEATS = """
WITH seat AS (
    SELECT u.id AS unit_id, nextval(pg_get_serial_sequence('person', 'id')) AS user_id
    FROM unit u
    JOIN unnest(%(levels)s::text[], %(cadres)s::int[]) AS of_level (level, cadres) USING (level)
    CROSS JOIN LATERAL generate_series(1, cadres) AS n
), people AS (
    INSERT INTO person (id, password, name, is_active, created_at) SELECT user_id, '', '干部' || user_id, true, now() FROM seat
)
INSERT INTO post (user_id, unit_id, role, title, valid) SELECT user_id, unit_id, 'cadre', '', daterange(%(since)s, NULL) FROM seat
"""
RETURNS = """
INSERT INTO weekly_return (cadre_id, unit_id, week, nil, late, version, receipt, filed_at, changed_at)
SELECT user_id, unit_id, %(week)s, random() < 0.03, false, 1, 'bench', now(), now()
FROM post WHERE random() < 0.97 AND user_id %% %(loaders)s = %(loader)s ORDER BY random()
"""
ENTRY_ROWS = """
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours,
                   category, subkind, title, issuer_id, people, minutes, travel_minutes, prep_minutes)
SELECT r.id, r.unit_id, r.cadre_id, r.week, n::text,
       CASE WHEN random() < 0.04 THEN 'absent' ELSE 'done' END, (random() * 4)::int, random() < 0.1, random() < 0.15,
       (ARRAY['meeting', 'document', 'form', 'form', 'inspection', 'other'])[1 + floor(random() * 6)::int], '',
       '关于报送第' || n || '季度重点工作推进情况的通知',
       -- not stated, own unit, the unit above, else a department of the county: 20 of 42 make four in five demands
       CASE WHEN chance < 0.10 THEN NULL WHEN chance < 0.25 THEN r.unit_id WHEN chance < 0.50 THEN u.parent_id
            ELSE county.departments[1 + floor(power(random(), 3) * cardinality(county.departments))::int] END,
       1 + floor(random() * 3)::int, 10 + floor(random() * 80)::int, floor(random() * 20)::int, floor(random() * 30)::int
FROM weekly_return r
JOIN unit u ON u.id = r.unit_id
JOIN unit_path p ON p.unit_id = r.unit_id
JOIN (SELECT parent_id, array_agg(id) AS departments FROM unit WHERE level = 'department' GROUP BY 1) county
  ON county.parent_id = p.ancestors[4]
CROSS JOIN LATERAL generate_series(1, CASE WHEN r.nil THEN 0 ELSE {entries} END) AS n
CROSS JOIN LATERAL (SELECT random() + 0 * n AS chance) AS dice
WHERE r.week = %(week)s AND r.cadre_id %% %(loaders)s = %(loader)s
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname,
       pg_get_constraintdef(c.oid)
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)
"""


def weeks_before_now(count: int) -> list[dt.date]:
    """Return the Mondays of the last weeks that are over, oldest first."""
    from burden.kit import clock
    from burden.kit.clock import last_closed

    last = last_closed(clock.now()).monday
    return [last - dt.timedelta(weeks=back) for back in reversed(range(count))]


def fill(admin: psycopg.Connection, weeks: int, counties: int = 8) -> int:
    """Make the province and file its weeks, the last of which is just over. Shape: the number of entries. Units: counts."""
    _tree(admin, counties)
    return _people_and_weeks(admin, weeks, CADRES, ENTRIES)


def grow(admin: psycopg.Connection, counties: int) -> None:
    """Make the province alone, with nobody in it."""
    _tree(admin, counties)
    admin.execute(PATHS)
    admin.execute(PLACEMENTS)
    admin.execute("SET session_replication_role = origin")


def _tree(admin: psycopg.Connection, counties: int) -> None:
    _begin(admin)
    cities = max(1, counties // 4)
    tree = (  # parent's level, level, how many under each
        ("", "nation", 1), ("nation", "province", 1), ("province", "city", cities), ("city", "county", counties // cities),
        ("county", "township", 18), ("county", "department", 42), ("township", "village", 12),
    )  # fmt: skip
    for above, level, many in tree:
        admin.execute(UNITS, {"above": above, "level": level, "many": many})


def fill_real(admin: psycopg.Connection, divisions: Path, code: str, villages: int, cadres: dict[str, int]) -> int:
    """Make a real province down to its townships, villages and departments beneath, and file one week of 13 entries a head that filed."""
    _begin(admin)
    admin.execute("CREATE TEMPORARY TABLE divisions (code text, name text, level text, parent_code text)")
    with admin.cursor().copy("COPY divisions FROM STDIN (FORMAT csv, HEADER)") as copy:
        copy.write(divisions.read_bytes())
    admin.execute("DELETE FROM divisions WHERE left(code, 2) <> %s", [code])
    admin.execute(UNITS, {"above": "", "level": "nation", "many": 1})
    for level in ("province", "city", "county", "township"):
        admin.execute(NAMED, {"level": level})
    admin.execute(UNITS, {"above": "township", "level": "village", "many": villages})
    admin.execute(UNITS, {"above": "county", "level": "department", "many": REAL_DEPARTMENTS})
    return _people_and_weeks(admin, 1, cadres, "13")


def _begin(admin: psycopg.Connection) -> None:
    admin.execute("SET session_replication_role = replica")  # no marks, no key checks: the rows are right by making
    admin.execute("SELECT setseed(0.42)")


def _people_and_weeks(admin: psycopg.Connection, weeks: int, cadres: dict[str, int], entries: str) -> int:
    admin.execute(PATHS)
    admin.execute(PLACEMENTS)
    admin.execute(
        SEATS, {"levels": list(cadres), "cadres": list(cadres.values()), "since": weeks_before_now(max(weeks, 4))[0]}
    )
    admin.execute("ANALYZE unit, unit_path, post")
    dropped = admin.execute(INDEXES, [list(TABLES)]).fetchall()
    for index, table, _made, constraint, _rule in dropped:
        admin.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}")
    _load(admin, weeks_before_now(weeks), entries)
    for _index, table, made, constraint, rule in dropped:
        admin.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {rule}" if constraint else made)
    admin.execute("SET session_replication_role = origin")
    admin.execute("VACUUM ANALYZE")
    return int(admin.execute("SELECT count(*) FROM entry").fetchone()[0])


def _load(admin: psycopg.Connection, weeks: Sequence[dt.date], entries: str) -> None:
    """Write weeks one after the other, as they are filed in life, each over several connections; where it takes long, say how far it is."""
    begun, statement = time.monotonic(), ENTRY_ROWS.replace("{entries}", entries.replace("%", "%%"))

    def write(link: Any, loader: int, week: dt.date) -> None:
        for sql in (RETURNS, statement):
            link.execute(sql, {"week": week, "loader": loader, "loaders": LOADERS})

    with contextlib.ExitStack() as stack, ThreadPoolExecutor(LOADERS) as pool:
        links = [stack.enter_context(_beside(admin)) for _ in range(LOADERS)]
        for done, week in enumerate(weeks, 1):
            list(pool.map(write, links, range(LOADERS), [week] * LOADERS))
            if done % 26 == 0:
                print(f"  week {done} of {len(weeks)} filed, {time.monotonic() - begun:.0f} s", flush=True)


def _beside(admin: psycopg.Connection) -> Any:
    """Open another connection like this one, for loading."""
    place = {"host": admin.info.host, "port": admin.info.port, "user": admin.info.user, "dbname": admin.info.dbname}
    link = psycopg.connect(**place, autocommit=True, cursor_factory=psycopg.ClientCursor)
    _begin(link)
    link.execute("SET synchronous_commit = off")
    link.execute("SET work_mem = '64MB'")
    return link
