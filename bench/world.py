"""Fills an empty schema with a made-up province, in the database: the tree, its cadres, weeks of returns and entries.

Figures a week: a village cadre 6 to 7 entries, a township cadre 10, a department's 8; about 125,000 entries for 8 counties.
Source: DOMAIN section 8.
"""

from __future__ import annotations

import datetime as dt

import psycopg

FIRST_WEEK = dt.date(2026, 1, 5)

CHILDREN = (  # parent's level, level, how many under each
    ("", "nation", 1),
    ("nation", "province", 1),
    ("province", "city", 2),
    ("city", "county", 4),
    ("county", "township", 18),
    ("county", "department", 42),
    ("township", "village", 12),
)
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
PATHS = """
INSERT INTO unit_path (unit_id, from_week, path, ancestors)
SELECT id, DATE '0001-01-01', path, string_to_array(rtrim(path, '.'), '.')::bigint[] FROM unit
"""
CADRES = """
WITH seat AS (
    SELECT u.id AS unit_id, nextval(pg_get_serial_sequence('person', 'id')) AS user_id
    FROM unit u
    CROSS JOIN LATERAL generate_series(1, CASE u.level WHEN 'village' THEN 6 WHEN 'township' THEN 40
                                          WHEN 'department' THEN 8 ELSE 0 END) AS n
), people AS (
    INSERT INTO person (id, password, name, is_active, created_at) SELECT user_id, '', '干部' || user_id, true, now() FROM seat
)
INSERT INTO post (user_id, unit_id, role, title, valid) SELECT user_id, unit_id, 'cadre', '', '[2025-01-06,)' FROM seat
"""
RETURNS = """
INSERT INTO weekly_return (cadre_id, unit_id, week, nil, late, version, receipt, filed_at, changed_at)
SELECT user_id, unit_id, %(week)s, random() < 0.03, false, 1, 'bench', now(), now()
FROM post WHERE random() < 0.97 ORDER BY random()
"""
ENTRIES = """
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours,
                   category, subkind, title, issuer_id, people, minutes, travel_minutes, prep_minutes)
SELECT r.id, r.unit_id, r.cadre_id, r.week, n::text,
       CASE WHEN random() < 0.04 THEN 'absent' ELSE 'done' END, (random() * 4)::int, random() < 0.1, random() < 0.15,
       (ARRAY['meeting', 'document', 'form', 'form', 'inspection', 'other'])[1 + floor(random() * 6)::int], '',
       '关于报送第' || n || '季度重点工作推进情况的通知',
       -- not stated, own unit, the unit above, else a department of the county: 20 of 42 make four in five demands
       CASE WHEN chance < 0.10 THEN NULL WHEN chance < 0.25 THEN r.unit_id WHEN chance < 0.50 THEN u.parent_id
            ELSE county.departments[1 + floor(power(random(), 3) * 42)::int] END,
       1 + floor(random() * 3)::int, 10 + floor(random() * 80)::int, floor(random() * 20)::int, floor(random() * 30)::int
FROM weekly_return r
JOIN unit u ON u.id = r.unit_id
JOIN unit_path p ON p.unit_id = r.unit_id
JOIN (SELECT parent_id, array_agg(id) AS departments FROM unit WHERE level = 'department' GROUP BY 1) county
  ON county.parent_id = p.ancestors[4]
CROSS JOIN LATERAL generate_series(1, CASE WHEN r.nil THEN 0 WHEN u.level = 'village' THEN 5 + r.cadre_id %% 4
                                      WHEN u.level = 'township' THEN 10 ELSE 8 END) AS n
CROSS JOIN LATERAL (SELECT random() + 0 * n AS chance) AS dice
WHERE r.week = %(week)s
ORDER BY r.id
"""


def fill(admin: psycopg.Connection, weeks: int) -> int:
    """Make the province and file its weeks. Shape: the number of entries. Units: weeks is a count."""
    admin.execute("SET session_replication_role = replica")  # no marks, no key checks: the rows are right by making
    admin.execute("SELECT setseed(0.42)")
    for above, level, many in CHILDREN:
        admin.execute(UNITS, {"above": above, "level": level, "many": many})
    admin.execute(PATHS)
    admin.execute(CADRES)
    for number in range(weeks):
        week = {"week": FIRST_WEEK + dt.timedelta(weeks=number)}
        admin.execute(RETURNS, week)
        admin.execute(ENTRIES, week)
    admin.execute("SET session_replication_role = origin")
    admin.execute("VACUUM ANALYZE")
    return admin.execute("SELECT count(*) FROM entry").fetchone()[0]
