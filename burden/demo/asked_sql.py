"""The statements that register the demands and spread them to their receivers. Temporary tables: demo_asked, demo_demand, demo_entry, demo_target."""

STAGE = """n integer, week date, title text, category text, subkind text, issuer text, audiences smallint[], first_on date,
           until date, minutes smallint, travel smallint, prep smallint, origin text, channel text, frequency text,
           planned boolean, fields text[], grams text[], facts jsonb, receivers jsonb"""

DEMANDS = """
CREATE TEMP TABLE demo_demand ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('demand', 'id')) AS id, a.*, u.id AS issuer_id, p.author_id
FROM (SELECT * FROM demo_asked ORDER BY n) a
JOIN unit u ON u.code = a.issuer
JOIN (SELECT unit_id, min(id) AS author_id FROM demo_person GROUP BY unit_id) p ON p.unit_id = u.id
"""

PLANS = """
INSERT INTO plan_item (issuer_id, year, category, title, times)
SELECT issuer_id, extract(isoyear FROM first_on), category,
       extract(isoyear FROM first_on) || '年' || CASE category WHEN 'meeting' THEN '会议' WHEN 'document' THEN '发文' ELSE '检查' END || '计划',
       count(*)
FROM demo_demand WHERE planned GROUP BY 1, 2, 3, 4
"""

NEW_DEMANDS = """
INSERT INTO demand (id, issuer_id, lead_id, plan_item_id, state, version, title, category, subkind, basis, origin, post_title,
                    channel, frequency, first_on, until, at, people, minutes, travel_minutes, prep_minutes, receivers, facts,
                    fields, grams, afterwards, late_reason, digest, created_by_id, created_at, changed_at, issued_at,
                    withdrawn_reason)
SELECT d.id, d.issuer_id, d.issuer_id, p.id, 'issued', 1, d.title, d.category, d.subkind,
       CASE WHEN d.channel = 'formal' THEN format('临办〔%%s〕%%s号（演示）', extract(isoyear FROM d.first_on), d.n %% 90 + 1) ELSE '' END,
       d.origin, '', d.channel, d.frequency, d.first_on, d.until,
       CASE WHEN d.category IN ('meeting', 'inspection') THEN (ARRAY['08:30', '09:00', '09:30', '14:30', '15:00', '15:30', '16:00']::time[])[d.n %% 7 + 1] END, 1, d.minutes, d.travel, d.prep, d.receivers, d.facts,
       d.fields, d.grams, false, '', '', d.author_id, at, at, at, ''
FROM demo_demand d
LEFT JOIN plan_item p ON d.planned AND p.issuer_id = d.issuer_id AND p.category = d.category
                         AND p.year = extract(isoyear FROM d.first_on)
-- one in three of what nobody planned comes within the last 24 hours: a meeting the evening before, a form due the same day
CROSS JOIN LATERAL (
    SELECT least(CASE WHEN d.planned OR d.week IS NULL OR d.n %% 20 >= 7 THEN d.first_on - 3 - d.n %% 5 + interval '1 hour'
                      WHEN d.category IN ('meeting', 'inspection') THEN d.first_on - 1 + interval '9 hours'
                      ELSE d.first_on + interval '1 hour' END, %(now)s) AS at
) AS issued
"""

# What the cadres of a unit answered, and a few targets that nobody did: one in thirty of a closed week, most of the started one.
TARGETS = """
CREATE TEMP TABLE demo_target ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('target', 'id')) AS id, k.*, d.issuer_id, d.category, d.minutes, d.travel, d.prep,
       CASE WHEN d.first_on BETWEEN k.week AND k.week + 6 THEN d.first_on ELSE k.week + d.n %% 5 END AS due_on
FROM (
    SELECT demand, unit_id, week, sum(people) + (pg_temp.chance(demand * 997 + unit_id, 21) < 0.12)::int AS people
    FROM demo_entry WHERE demand IS NOT NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT d.n, u.unit_id, w.monday, 1
    FROM demo_week w
    JOIN demo_demand d ON w.monday = coalesce(d.week, w.monday)
    JOIN (SELECT DISTINCT unit_id, audience FROM demo_person WHERE audience >= 0) u ON u.audience = ANY (d.audiences)
    WHERE w.monday BETWEEN %(first)s AND %(last)s
          AND pg_temp.chance(d.n * 10007::bigint + u.unit_id, 22 + w.n) < CASE WHEN w.started THEN (%(open)s::float8[])[u.audience + 1] ELSE 0.03 END
          AND NOT EXISTS (SELECT FROM demo_entry e WHERE e.demand = d.n AND e.unit_id = u.unit_id AND e.week = w.monday)
) k
JOIN demo_demand d ON d.n = k.demand
"""
NEW_TARGETS = """
INSERT INTO target (id, demand_id, unit_id, week, due_on, issuer_id, category, people, minutes, travel_minutes, prep_minutes,
                    withdrawn)
SELECT t.id, d.id, t.unit_id, t.week, t.due_on, t.issuer_id, t.category, t.people, t.minutes, t.travel, t.prep, false
FROM demo_target t JOIN demo_demand d ON d.n = t.demand
"""

# What was planted for the signals goes to every township, and is left to be answered.
PLANTED = """
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category, people, minutes, travel_minutes, prep_minutes, withdrawn)
SELECT d.id, u.unit_id, d.week, d.first_on, d.issuer_id, d.category, 1, d.minutes, 0, 0, false
FROM demo_demand d JOIN (SELECT DISTINCT unit_id, audience FROM demo_person) u ON u.audience = ANY (d.audiences)
WHERE d.n >= %(first)s AND NOT EXISTS (SELECT FROM target t WHERE t.demand_id = d.id AND t.unit_id = u.unit_id AND t.week = d.week)
"""
# What one cadre of each township recorded that no issuer registered: those who filed something that week.
RECORDED = """
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, answer, evidence, repeated, after_hours, category, subkind, title,
                   issuer_id, people, minutes, travel_minutes, prep_minutes, note)
SELECT r.id, r.unit_id, r.cadre_id, r.week, %(key)s, 'done', 4, true, false, 'form', '', %(title)s, u.id, 1, %(minutes)s, 0, 0, ''
FROM (SELECT DISTINCT ON (unit_id) id, unit_id, cadre_id, week, county_id FROM demo_return
      WHERE week = %(week)s AND audience = 1 AND count > 0 ORDER BY unit_id, id) r
JOIN unit u ON u.name = %(issuer)s AND u.parent_id = r.county_id
ORDER BY r.unit_id LIMIT %(units)s
"""

# What one cadre of each township that filed something answered to a demand planted under a title: as long as it was said to take.
ANSWERED = """
INSERT INTO entry (weekly_return_id, unit_id, cadre_id, week, key, target_id, answer, evidence, repeated, after_hours, category, subkind,
                   title, issuer_id, people, minutes, travel_minutes, prep_minutes, note)
SELECT r.id, r.unit_id, r.cadre_id, r.week, 'planted' || d.n, t.id, 'done', 4, false, false, d.category, d.subkind, d.title, d.issuer_id,
       1, d.minutes, 0, 0, ''
FROM demo_demand d
JOIN target t ON t.demand_id = d.id
JOIN (SELECT DISTINCT ON (unit_id, week) * FROM demo_return WHERE audience = 1 AND count > 0 ORDER BY unit_id, week, id) r
     ON r.unit_id = t.unit_id AND r.week = t.week
WHERE d.title = %(title)s AND d.n >= %(first)s
ORDER BY t.id
"""

RELAYED = """
WITH passing AS (
    SELECT d.*, nextval(pg_get_serial_sequence('demand', 'id')) AS relay_id, u.unit_id, u.first_id,
           greatest(d.week, d.first_on - (u.place %% 3 = 0)::int) AS day, p.issued_at + u.place * interval '37 minutes' AS at
    FROM demo_demand d
    JOIN demand p ON p.id = d.id
    CROSS JOIN (SELECT unit_id, min(id) AS first_id, row_number() OVER (ORDER BY unit_id) AS place
                FROM demo_person WHERE audience = 1 GROUP BY unit_id ORDER BY unit_id LIMIT 14) u
    WHERE d.n >= %(first)s AND d.title = %(title)s
), made AS (
    INSERT INTO demand (id, issuer_id, lead_id, parent_id, state, version, title, category, subkind, basis, origin, post_title, channel,
                        frequency, first_on, people, minutes, travel_minutes, prep_minutes, receivers, facts, fields, grams,
                        afterwards, late_reason, digest, created_by_id, created_at, changed_at, issued_at, withdrawn_reason)
    SELECT relay_id, unit_id, unit_id, id, 'issued', 1, title, category, subkind, '', 'county', '', channel, 'once', day, 1, minutes,
           0, 0, '{"levels": ["village"]}', facts, fields, grams, false, '', '', first_id, at, at, at, ''
    FROM passing
)
INSERT INTO target (demand_id, unit_id, week, due_on, issuer_id, category, people, minutes, travel_minutes, prep_minutes, withdrawn)
SELECT p.relay_id, v.id, p.week, p.day, p.unit_id, p.category, 1, p.minutes, 0, 0, false
FROM passing p JOIN unit v ON v.parent_id = p.unit_id
"""

HANDLERS = """
INSERT INTO handler (unit_id, issuer_id, category, cadre_id, week)
SELECT e.unit_id, t.issuer_id, t.category, e.cadre_id, max(e.week)
FROM entry e JOIN target t ON t.id = e.target_id
WHERE e.week >= %(since)s GROUP BY 1, 2, 3, 4
"""

MARKS = "INSERT INTO stale_demand (demand_id, week) SELECT DISTINCT demand_id, week FROM target"

BUDGETS = """
INSERT INTO burden_budget (issuer_id, year, person_min)
SELECT t.issuer_id, extract(isoyear FROM t.week),
       ceil(sum(t.people * (t.minutes + t.travel_minutes) + t.prep_minutes) * 1.1 / 60000) * 60000
FROM target t JOIN demand d ON d.id = t.demand_id
WHERE d.origin = 'own' GROUP BY 1, 2
"""
DUTIES = """
INSERT INTO duty_item (county_id, code, title, kind, citation)
SELECT u.id, row.* FROM unit u, unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS row WHERE u.code = %s
"""
