"""The statements that turn the plan into rows. Temporary tables: demo_person, demo_week, demo_slot, demo_return, demo_entry."""

from burden.demo import asked_sql

# a number in [0, 1) for a thing and a purpose; the same on every run and in every plan
CHANCE = """
CREATE OR REPLACE FUNCTION pg_temp.chance(thing bigint, purpose bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(thing, purpose) & 2147483647)::double precision / 2147483648 $$;
CREATE OR REPLACE FUNCTION pg_temp.normal(h bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (((h & 65535) + (h >> 16 & 65535) + (h >> 32 & 65535) + (h >> 48 & 65535))::double precision / 65536 - 2) * 1.732 $$
"""

STAGES = {
    "demo_staged": "n integer, username text, name text, unit text, role text, title text, since integer, load float8",
    "demo_unit": "code text, audience smallint, load float8, coverage float8, items float8, routine float8",
    "demo_week": "n integer, monday date, load float8, coverage float8, started boolean",
    "demo_item": """week date, audience smallint, first integer, last integer, title text, category text, subkind text,
                    issuer text, median smallint, travel smallint, prep smallint, demand integer""",
    "demo_asked": asked_sql.STAGE,
}

BESIDE = 3  # added to the audience where what is asked is not registered

PERSONS = """
CREATE TEMP TABLE demo_person ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('person', 'id')) AS id, s.n, s.username, s.name, s.role, s.title, s.since, s.load,
       u.id AS unit_id, u.parent_id, c.id AS county_id, c.parent_id AS city_id, d.audience, d.load AS unit_load, d.coverage, d.items, d.routine
FROM (SELECT * FROM demo_staged ORDER BY n) s JOIN unit u ON u.code = s.unit JOIN demo_unit d ON d.code = s.unit
LEFT JOIN unit c ON c.code = left(s.unit, 6) || '000000'
"""

PEOPLE = """
INSERT INTO person (id, password, username, name, is_active, created_at)
SELECT id, CASE WHEN username = ANY (%(accounts)s) THEN %(password)s ELSE '!' || replace(gen_random_uuid()::text, '-', '') END,
       username, name, true, %(now)s
FROM demo_person
"""

POSTS = """
INSERT INTO post (user_id, unit_id, role, title, valid)
SELECT id, unit_id, role, title, daterange(%(first)s + 7 * since, NULL) FROM demo_person
"""

# One row for each number of each week. Issuers: -1 the unit itself, -2 its parent, -3 its county, -4 its city, NULL not stated.
SLOTS = """
CREATE TEMP TABLE demo_slot ON COMMIT DROP AS
SELECT w.monday AS week, i.audience, (i.week IS NULL)::integer AS routine, number::smallint AS number,
       i.title, i.category, i.subkind, i.median, i.travel, i.prep, i.demand, a.minutes AS claimed,
       CASE i.issuer WHEN 'own' THEN -1 WHEN 'above' THEN -2 ELSE u.id END AS issuer_id
FROM demo_item i JOIN demo_week w ON w.monday = i.week OR i.week IS NULL
CROSS JOIN LATERAL generate_series(i.first, i.last) AS number
LEFT JOIN unit u ON u.code = i.issuer
LEFT JOIN demo_asked a ON a.n = i.demand
"""

# Beside the county the same is asked, and nobody registers it: by the county instead of a department, or by the city there.
SLOTS_BESIDE = """
INSERT INTO demo_slot
SELECT s.week, s.audience + %(beside)s, s.routine, s.number, s.title, s.category, s.subkind, s.median, s.travel, s.prep, NULL, NULL,
       CASE WHEN s.issuer_id < 0 THEN s.issuer_id WHEN u.level = 'city' THEN -4 WHEN u.id IS NOT NULL THEN -3 END
FROM demo_slot s LEFT JOIN unit u ON u.id = s.issuer_id
WHERE s.audience IN (SELECT audience - %(beside)s FROM demo_person)
"""

# Load shows in how much there is to do (three fifths of it) and in how long it takes. The demo accounts file every closed
# week, and leave the started one to whoever tries the portal.
RETURNS = """
CREATE TEMP TABLE demo_return ON COMMIT DROP AS
WITH filed AS (
    SELECT p.*, w.monday, w.n AS week_n, w.started, p.n * 1000::bigint + w.n AS thing,
           p.username = ANY (%(accounts)s) AS account, w.load * p.unit_load * p.load AS pressure
    FROM demo_week w JOIN demo_person p ON p.role = 'cadre' AND p.since <= w.n
    WHERE CASE WHEN p.username = ANY (%(accounts)s) THEN NOT w.started
               ELSE pg_temp.chance(p.n * 1000::bigint + w.n, 1)
                    < p.coverage * w.coverage * CASE WHEN w.started THEN %(begun)s ELSE 1 END END
), sized AS (
    SELECT *, CASE WHEN NOT account AND pg_temp.chance(thing, 2) < 0.035 THEN 0
                   ELSE greatest(1, least(%(most)s, floor(
                       items * power(pressure, 0.6) * exp(0.2 * pg_temp.normal(hashint8extended(thing, 3)))
                       + pg_temp.chance(thing, 4)))) END::integer AS count,
           CASE WHEN started THEN monday + interval '9 hours' + pg_temp.chance(thing, 5) * (%(now)s - monday - interval '9 hours')
                WHEN pg_temp.chance(thing, 6) < 0.05 AND monday < %(oldest_late)s
                THEN monday + interval '14 days 9 hours' + pg_temp.chance(thing, 5) * interval '12 days'
                WHEN pg_temp.chance(thing, 6) < 0.7
                THEN monday + interval '4 days 15 hours' + pg_temp.chance(thing, 5) * interval '4 hours'
                ELSE monday + interval '5 days 9 hours' + pg_temp.chance(thing, 5) * interval '4 days' END AS at
    FROM filed
)
SELECT nextval(pg_get_serial_sequence('weekly_return', 'id')) AS id, s.*
FROM (SELECT id AS cadre_id, n, unit_id, parent_id, county_id, city_id, audience, monday AS week, thing, count, account,
             least(floor(items * routine * 2), round(count * routine))::integer AS routine, items * routine * 2 AS habits,
             power(pressure, 0.4) AS pace,
             least(at, %(now)s - pg_temp.chance(thing, 7) * interval '1 hour') AS at
      FROM sized ORDER BY monday, unit_id, n) s
"""

NEW_RETURNS = """
INSERT INTO weekly_return (id, cadre_id, unit_id, week, nil, late, version, receipt, filed_at, changed_at)
SELECT id, cadre_id, unit_id, week, count = 0, at::date > week + 13, 1,
       regexp_replace(upper(left(replace(gen_random_uuid()::text, '-', ''), 12)), '(....)(....)(....)', E'\\\\1-\\\\2-\\\\3'),
       at AT TIME ZONE 'Asia/Shanghai', at AT TIME ZONE 'Asia/Shanghai'
FROM demo_return WHERE week BETWEEN %(first)s AND %(last)s
"""

# Systematic sampling: evenly spaced numbers from one random start, so a return holds nothing twice and every work comes as
# often as it weighs. A cadre's routine starts at the same number every week.
ENTRIES = """
CREATE TEMP TABLE demo_entry ON COMMIT DROP AS
SELECT d.id, d.unit_id, d.cadre_id, d.week, d.item, s.demand, s.category, s.subkind, s.title,
       CASE WHEN s.category = 'meeting' AND d.a < 0.02 THEN 'absent' WHEN d.a < 0.005 THEN 'not_applicable' ELSE 'done' END AS answer,
       -- as stated only where somebody stated it; last week's own routine may be taken over in bulk
       CASE WHEN d.a > 0.45 OR s.demand IS NULL AND d.a > 0.2 THEN 4 WHEN d.a > 0.2 THEN 3 ELSE 2 END AS evidence,
       d.b < CASE s.category WHEN 'form' THEN 0.2 ELSE 0.04 END AS repeated,
       d.c < CASE s.category WHEN 'other' THEN 0.25 ELSE 0.1 END AS after_hours,
       CASE s.issuer_id WHEN -1 THEN d.unit_id WHEN -2 THEN d.parent_id WHEN -3 THEN d.county_id WHEN -4 THEN d.city_id ELSE s.issuer_id END AS issuer_id,
       CASE WHEN d.a <= 0.45 AND s.demand IS NOT NULL THEN 1 WHEN d.c > 0.97 THEN 3 WHEN d.c > 0.92 THEN 2 ELSE 1 END AS people,
       CASE WHEN d.a <= 0.45 AND s.demand IS NOT NULL THEN s.claimed
            ELSE least(600, CASE WHEN s.median < 20 THEN greatest(3, round(s.median * d.stretch))
                                 ELSE greatest(5, round(s.median * d.stretch / 5) * 5) END) END AS minutes,
       CASE WHEN d.b > 0.5 OR d.a <= 0.45 AND s.demand IS NOT NULL THEN s.travel ELSE 0 END AS travel,
       CASE WHEN d.a <= 0.45 AND s.demand IS NOT NULL THEN s.prep WHEN d.b > 0.3 THEN 0 ELSE s.prep * 2 END AS prep
FROM (
    SELECT r.id, r.unit_id, r.parent_id, r.county_id, r.city_id, r.cadre_id, r.week, r.audience, item, (item <= r.routine)::integer AS routine,
           CASE WHEN item <= r.routine THEN floor(%(slots)s * (item - 1 + pg_temp.chance(r.n, 8)) / r.habits)
                ELSE floor(%(slots)s * (item - r.routine - 1 + pg_temp.chance(r.thing, 9)) / (r.count - r.routine)) END::smallint AS number,
           pg_temp.chance(r.thing * 32 + item, 10) AS a,
           pg_temp.chance(r.thing * 32 + item, 11) AS b,
           pg_temp.chance(r.thing * 32 + item, 12) AS c,
           r.pace * exp(0.42 * pg_temp.normal(hashint8extended(
               CASE WHEN item <= r.routine THEN r.n ELSE r.thing END * 32 + item, 13))) AS stretch
    FROM demo_return r, generate_series(1, r.count) AS item
    WHERE r.week BETWEEN %(first)s AND %(last)s
    OFFSET 0
) d
JOIN demo_slot s ON s.week = d.week AND s.audience = d.audience AND s.routine = d.routine AND s.number = d.number
                AND s.week BETWEEN %(first)s AND %(last)s
"""

NEW_ENTRIES = """
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, target_id, answer, evidence, repeated, after_hours, category,
                   subkind, title, issuer_id, people, minutes, travel_minutes, prep_minutes, note)
SELECT e.id, e.unit_id, e.cadre_id, e.week, 'd' || e.item, t.id, e.answer, e.evidence, e.repeated, e.after_hours, e.category,
       e.subkind, e.title, e.issuer_id, e.people, e.minutes, e.travel, e.prep, ''
FROM demo_entry e LEFT JOIN demo_target t ON t.demand = e.demand AND t.unit_id = e.unit_id AND t.week = e.week
"""

# as phones would have counted: a while to read, a little for each item
TIMES = """
INSERT INTO filing_time (unit_id, week, seconds)
SELECT unit_id, week, round(12 + 1.8 * count + 24 * pg_temp.chance(thing, 14))
FROM demo_return WHERE at::date <= week + 13 ORDER BY week, unit_id, n
"""

COUNTS = """
SELECT (SELECT count(*) FROM demo_unit), (SELECT count(*) FROM demo_person), (SELECT count(*) FROM demo_return),
       (SELECT sum(count) FROM demo_return), (SELECT count(*) FROM demand), (SELECT count(*) FROM target)
"""

DROPPED = "DROP TABLE demo_staged, demo_unit, demo_week, demo_item, demo_asked, demo_demand, demo_person, demo_slot, demo_return"

FILED = "SELECT EXISTS (SELECT FROM weekly_return)"

# foreign keys first, then what they lean on; primary keys stay, because rows come in their order
TAKEN_OFF = """
WITH tables AS (SELECT unnest(ARRAY['entry', 'target', 'weekly_return']::regclass[]) AS oid)
SELECT name, dropped, created FROM (
    SELECT c.conname::text AS name, CASE c.contype WHEN 'f' THEN 1 ELSE 2 END AS place,
           format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS dropped,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) AS created
    FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid WHERE c.contype IN ('f', 'u')
    UNION ALL
    SELECT i.indexrelid::regclass::text, 3, format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN tables t ON t.oid = i.indrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
) found ORDER BY place, name
"""
