"""Weeks of which what lies beside the sums is to be counted anew, noted by the database: after marks, and where there are none."""

from django.conf import settings
from django.db import migrations, models

# What sweeps note is noted once until it is taken: they run every two seconds. Whoever takes notes holds the lock alone, so that
# a note seen is never one just taken, whose recount no longer sees what it would stand for. All others write a note each time.
NOTES = """
CREATE FUNCTION note_taken_marks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM taken_marks) THEN
        PERFORM pg_advisory_xact_lock_shared(hashtext('reports.stale_weeks'), 0);
        INSERT INTO stale_week (what, week, taken)
        SELECT t.what, m.week, false
        FROM (SELECT DISTINCT week FROM taken_marks) m
        CROSS JOIN unnest(ARRAY['rollup_asked', 'return_spread', 'peer_stat', 'people_year']) AS t (what)
        WHERE NOT EXISTS (SELECT FROM stale_week s WHERE s.what = t.what AND s.week = m.week AND NOT s.taken);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION note_demand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO stale_week (what, week, taken)
    SELECT DISTINCT 'rollup_asked', week, false FROM target WHERE demand_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION note_reestimates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO stale_week (what, week, taken) SELECT DISTINCT 'rollup_asked', week, false FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION note_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO stale_week (what, week, taken)
    VALUES ('rollup_asked', date_trunc('week', NEW.at AT TIME ZONE 'Asia/Shanghai')::date, false);
    RETURN NULL;
END $$;

CREATE FUNCTION note_quote() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO stale_week (what, week, taken)
    VALUES ('rollup_asked', date_trunc('week', NEW.answered_at AT TIME ZONE 'Asia/Shanghai')::date, false);
    RETURN NULL;
END $$;

-- kinds and levels are today's in every week that is compared with peers or estimated by kind; a department's group is
-- that of the level it works for
CREATE FUNCTION note_kinds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM old_rows o JOIN new_rows n USING (id)
        WHERE o.kind <> n.kind OR o.level <> n.level OR (n.level = 'department' AND o.parent_id IS DISTINCT FROM n.parent_id)
    ) THEN
        INSERT INTO stale_week (what, week, taken)
        SELECT t.what, day::date, false
        FROM (
            SELECT min(s.week) AS first, max(s.week) AS last FROM unit u JOIN rollup_sub s ON s.unit_id = u.id WHERE u.parent_id IS NULL
        ) span
        CROSS JOIN LATERAL generate_series(first, last, interval '7 days') AS day
        CROSS JOIN unnest(ARRAY['rollup_asked', 'return_spread', 'peer_stat']) AS t (what);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION note_sample_weeks(since date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO stale_week (what, week, taken)
    SELECT 'return_spread', day::date, false
    FROM generate_series(since::timestamp, date_trunc('week', now() AT TIME ZONE 'Asia/Shanghai'), interval '7 days') AS day
$$;
REVOKE ALL ON FUNCTION note_sample_weeks(date) FROM PUBLIC;
CREATE FUNCTION note_sample() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_sample_weeks(least(OLD.from_week, NEW.from_week));
    RETURN NULL;
END $$;

-- whoever is dealt into a panel was in none before, as long as the sample ran and the post did
CREATE FUNCTION note_panels() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_sample_weeks(greatest(
        (SELECT min(from_week) FROM sample),
        (SELECT min(lower(p.valid)) FROM post p JOIN new_rows n ON n.cadre_id = p.user_id WHERE p.role = 'cadre')));
    RETURN NULL;
END $$;

CREATE TRIGGER note_taken AFTER DELETE ON stale REFERENCING OLD TABLE AS taken_marks
    FOR EACH STATEMENT EXECUTE FUNCTION note_taken_marks();
CREATE TRIGGER note_changed AFTER UPDATE OF plan_item_id, parent_id, issuer_id, issued_at, at, afterwards ON demand
    FOR EACH ROW WHEN ((OLD.plan_item_id, OLD.parent_id, OLD.issuer_id, OLD.issued_at, OLD.at, OLD.afterwards)
                       IS DISTINCT FROM (NEW.plan_item_id, NEW.parent_id, NEW.issuer_id, NEW.issued_at, NEW.at, NEW.afterwards))
    EXECUTE FUNCTION note_demand();
CREATE TRIGGER note_made AFTER INSERT ON reestimate REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_reestimates();
CREATE TRIGGER note_made AFTER INSERT ON demand_review
    FOR EACH ROW WHEN (NEW.chosen = 'lighter') EXECUTE FUNCTION note_review();
CREATE TRIGGER note_made AFTER INSERT OR UPDATE ON quote_request
    FOR EACH ROW WHEN (NEW.granted AND NEW.answered_at IS NOT NULL) EXECUTE FUNCTION note_quote();
CREATE TRIGGER note_changed AFTER UPDATE ON unit REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_kinds();
CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON sample FOR EACH ROW EXECUTE FUNCTION note_sample();
CREATE TRIGGER note_made AFTER INSERT ON sample_panel REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_panels();
"""
# a temporary table of the same name is never trusted (burden 0010)
TRUSTED = """
DO $$
DECLARE owned regprocedure;
BEGIN
    FOREACH owned IN ARRAY ARRAY['note_taken_marks()', 'note_demand()', 'note_reestimates()', 'note_review()', 'note_quote()',
                                 'note_kinds()', 'note_sample_weeks(date)', 'note_sample()', 'note_panels()']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', owned, current_schema());
    END LOOP;
END $$;
"""
# What lay there before is compared for the first time: it is counted anew once. Read before the triggers lock the tables that
# people write, and of the roots alone, which have a row for every week.
BEFORE = """
INSERT INTO stale_week (what, week, taken)
SELECT t.what, day::date, false
FROM (
    SELECT min(s.week) AS first, max(s.week) AS last FROM unit u JOIN rollup_sub s ON s.unit_id = u.id WHERE u.parent_id IS NULL
) span
CROSS JOIN LATERAL generate_series(first, last, interval '7 days') AS day
CROSS JOIN unnest(ARRAY['rollup_asked', 'return_spread', 'peer_stat', 'people_year']) AS t (what)
"""
GONE = """
DROP TRIGGER note_taken ON stale; DROP TRIGGER note_changed ON demand; DROP TRIGGER note_made ON reestimate;
DROP TRIGGER note_made ON demand_review; DROP TRIGGER note_made ON quote_request; DROP TRIGGER note_changed ON unit;
DROP TRIGGER note_changed ON sample; DROP TRIGGER note_made ON sample_panel;
DROP FUNCTION note_taken_marks(), note_demand(), note_reestimates(), note_review(), note_quote(), note_kinds(), note_sample(),
    note_sample_weeks(date), note_panels();
"""
RIGHTS = """
REVOKE ALL ON stale_week FROM burden_web;
GRANT INSERT, UPDATE, DELETE ON stale_week TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0034_marks_of_claims"), ("reports", "0020_weeks_by_issuer_once")]
    operations = [
        migrations.CreateModel(
            name="StaleWeek",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=20)),
                ("week", models.DateField()),
                ("taken", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "stale_week",
                "indexes": [models.Index(fields=["what", "week"], name="stale_week_what")],
            },
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(NOTES, GONE),
        migrations.RunSQL(TRUSTED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
