"""What is hidden, kept beside the sums, so that a demand's sums may leave out what would tell of few people."""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models

# What a target's unit answered, and where that stands hidden: `among` is the first shown unit above, with all that is hidden
# below which the answers are known together. The claim that an answer used up stays, also where its demand was withdrawn.
# A unit whose sums await a recount, or the look at what is hidden by them, is taken as hidden: it may be, with its first return.
ANSWERS = """
DROP VIEW demand_count;
CREATE VIEW target_answer WITH (security_invoker = true) AS
SELECT t.demand_id, t.issuer_id, u.level, t.week, t.unit_id, among.unit_id AS among, place.is_awaited,
       a.answers, a.done, a.not_applicable, a.repeated, a.confirmed_min, a.after_hours_min, a.bulk_min, a.stated_min,
       c.claim_min - CASE WHEN t.withdrawn THEN o.open_min ELSE 0 END AS claim_min,
       CASE WHEN t.withdrawn THEN 0 ELSE o.open_min END AS open_min,
       c.claim_min - o.open_min AS used_min
FROM target t
JOIN unit u ON u.id = t.unit_id
CROSS JOIN LATERAL (SELECT t.people * (t.minutes + t.travel_minutes) + t.prep_minutes AS claim_min) c
CROSS JOIN LATERAL (
    SELECT count(*) AS answers,
           coalesce(sum(CASE answer WHEN 'done' THEN people ELSE 1 END), 0)::int AS people,
           count(*) FILTER (WHERE answer = 'done') AS done,
           count(*) FILTER (WHERE answer = 'not_applicable') AS not_applicable,
           count(*) FILTER (WHERE repeated) AS repeated,
           coalesce(sum(person_min), 0) AS confirmed_min,
           coalesce(sum(person_min) FILTER (WHERE after_hours), 0) AS after_hours_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 2), 0) AS bulk_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 4), 0) AS stated_min
    FROM entry WHERE target_id = t.id
) a
CROSS JOIN LATERAL (
    SELECT greatest(0, t.people - a.people) * (t.minutes + t.travel_minutes)
           + CASE WHEN a.answers = 0 THEN t.prep_minutes ELSE 0 END AS open_min
) o
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM hidden_week h WHERE h.week = t.week AND h.unit_id = t.unit_id AND h.own) AS is_hidden,
           (t.unit_id, t.week) IN (
               SELECT unit_id, week FROM stale WHERE unit_id IS NOT NULL
               UNION ALL
               SELECT unit_id, week FROM counted_week WHERE unit_id IS NOT NULL
           ) OR t.week IN (
               SELECT week FROM stale WHERE unit_id IS NULL UNION ALL SELECT week FROM counted_week WHERE unit_id IS NULL
           ) AS is_awaited
    OFFSET 0 -- found once a target
) place
LEFT JOIN LATERAL (
    SELECT p.ancestors[i] AS unit_id
    FROM (
        SELECT ancestors FROM unit_path WHERE unit_id = t.unit_id
        ORDER BY from_week > t.week, abs(from_week - t.week) LIMIT 1
    ) p
    CROSS JOIN generate_subscripts(p.ancestors, 1) AS i
    WHERE (place.is_hidden OR place.is_awaited) -- of shown units nothing is read
          AND (i = 1 OR NOT EXISTS (
              SELECT FROM hidden_week h WHERE h.week = t.week AND h.unit_id = p.ancestors[i] AND NOT h.own
              OFFSET 0)) -- by its key: all of a week would be read for every target
    ORDER BY i DESC LIMIT 1
) among ON true
"""
# Of hidden units that are known together an issuer's week is told in all of its demands or in none: in none where one of them has
# fewer than five answers (reports.peers.MIN_RETURNS) there at a level, which the others and the issuer's rows of units would give away.
# In none, too, while one of them that answered awaits a recount: such rows are held, and their demands stay marked.
COUNT = """
CREATE VIEW demand_count WITH (security_invoker = true) AS
SELECT demand_id, level, week,
       count(*)::int AS targets,
       (count(*) FILTER (WHERE answers > 0))::int AS answered,
       sum(answers)::int AS answers,
       coalesce(sum(done) FILTER (WHERE is_told), 0)::int AS done,
       coalesce(sum(not_applicable) FILTER (WHERE is_told), 0)::int AS not_applicable,
       coalesce(sum(repeated) FILTER (WHERE is_told), 0)::int AS repeated,
       sum(claim_min)::bigint AS claim_min,
       sum(open_min)::bigint AS open_min,
       coalesce(sum(confirmed_min) FILTER (WHERE is_told), 0)::bigint AS confirmed_min,
       coalesce(sum(after_hours_min) FILTER (WHERE is_told), 0)::bigint AS after_hours_min,
       coalesce(sum(bulk_min) FILTER (WHERE is_told), 0)::bigint AS bulk_min,
       coalesce(sum(stated_min) FILTER (WHERE is_told), 0)::bigint AS stated_min,
       coalesce(sum(answers) FILTER (WHERE NOT is_told), 0)::int AS left_out,
       (count(*) FILTER (WHERE answers > 0 AND NOT is_told))::int AS left_out_units,
       coalesce(sum(used_min) FILTER (WHERE NOT is_told), 0)::bigint AS left_out_min,
       bool_or(is_held) AS is_held
FROM (
    SELECT *, among IS NULL OR NOT bool_or(is_few OR is_new) OVER (PARTITION BY issuer_id, week, among) AS is_told,
           among IS NOT NULL AND bool_or(is_new) OVER (PARTITION BY issuer_id, week, among) AS is_held
    FROM (
        SELECT *, sum(answers) OVER (PARTITION BY issuer_id, week, among, demand_id, level) BETWEEN 1 AND 4 AS is_few,
               is_awaited AND answers > 0 AS is_new
        FROM target_answer
    ) known
) judged
GROUP BY 1, 2, 3
"""
BEFORE = "DROP VIEW demand_count, target_answer;" + import_module("reports.migrations.0008_demand_sums").COUNT
# The marks of a recount go in the transaction that counts: what is noted here is seen when its sums are. Filers wait for the trigger
# until the migration ends, so it comes last, and the weeks are read off the roots' few rows. Where a figure is found hidden the demands
# asked there are marked.
NOTES = """
CREATE FUNCTION note_counted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO counted_week (week, unit_id) SELECT DISTINCT week, unit_id FROM taken_marks;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION note_counted() SET search_path = %I, pg_temp', current_schema());
END $$;
CREATE TRIGGER note_counted AFTER DELETE ON stale REFERENCING OLD TABLE AS taken_marks
    FOR EACH STATEMENT EXECUTE FUNCTION note_counted();
INSERT INTO counted_week (week)
SELECT DISTINCT week FROM rollup_sub WHERE unit_id IN (SELECT id FROM unit WHERE parent_id IS NULL);
"""
GONE = "DROP TRIGGER note_counted ON stale; DROP FUNCTION note_counted();"
RIGHTS = """
REVOKE ALL ON target_answer, demand_count, counted_week, hidden_week FROM burden_web;
GRANT SELECT ON target_answer, demand_count TO burden_worker;
GRANT INSERT, DELETE ON hidden_week TO burden_worker;
GRANT DELETE ON counted_week TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0032_samples_taken_back"), ("reports", "0021_stale_weeks")]
    operations = [
        migrations.CreateModel(
            name="CountedWeek",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                ("unit_id", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "counted_week"},
        ),
        migrations.CreateModel(
            name="HiddenWeek",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "week", "unit_id", "own", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("week", models.DateField()),
                ("unit_id", models.BigIntegerField()),
                ("own", models.BooleanField()),
            ],
            options={"db_table": "hidden_week"},
        ),
        migrations.AddField("rollupdemand", "left_out", models.IntegerField(db_default=0, default=0)),
        migrations.AddField("rollupdemand", "left_out_min", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("rollupdemand", "left_out_units", models.IntegerField(db_default=0, default=0)),
        migrations.RunSQL(ANSWERS + ";" + COUNT, BEFORE),
        migrations.RunSQL(NOTES, GONE),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
