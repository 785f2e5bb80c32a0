"""What the database itself refuses, marks and hides: constraints, triggers, row level security, rights."""

from django.conf import settings
from django.db import migrations

CONSTRAINTS = """
ALTER TABLE placement ADD CONSTRAINT placement_no_overlap
    EXCLUDE USING gist (int8range(unit_id, unit_id, '[]') WITH &&, valid WITH &&);

-- a role is a point; one of the three admin roles is the whole line, so it excludes every other post
CREATE FUNCTION post_slot(role text) RETURNS int4range LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE role
        WHEN 'cadre' THEN '[1,1]' WHEN 'lead' THEN '[2,2]' WHEN 'issuer' THEN '[3,3]'
        WHEN 'reviewer' THEN '[4,4]' WHEN 'office' THEN '[5,5]' WHEN 'observer' THEN '[6,6]'
        ELSE '[1,9]' END::int4range
$$;
ALTER TABLE post ADD CONSTRAINT post_one_of_a_role
    EXCLUDE USING gist (int8range(user_id, user_id, '[]') WITH &&, post_slot(role) WITH &&, valid WITH &&);

-- an entry's unit, cadre and week are its return's
ALTER TABLE weekly_return ADD CONSTRAINT return_facts UNIQUE (id, unit_id, cadre_id, week);
ALTER TABLE entry ADD CONSTRAINT entry_of_return FOREIGN KEY (weekly_return_id, unit_id, cadre_id, week)
    REFERENCES weekly_return (id, unit_id, cadre_id, week) ON DELETE CASCADE ON UPDATE CASCADE;
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON submission FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON submission FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# Marks are plain inserts, never ON CONFLICT: a conflict with a mark that is being taken would lose the update.
STALE = """
CREATE FUNCTION mark_stale(unit_ids bigint[], weeks date[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO stale (shard, unit_id, week)
    SELECT u.shard, k.unit_id, k.week
    FROM (SELECT DISTINCT unit_id, week FROM unnest(unit_ids, weeks) AS pair (unit_id, week)) k
    JOIN unit u ON u.id = k.unit_id
$$;
CREATE FUNCTION mark_weeks(weeks date[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO stale (shard, unit_id, week) SELECT DISTINCT 0, NULL::bigint, week FROM unnest(weeks) AS day (week)
$$;

CREATE FUNCTION mark_new_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (SELECT DISTINCT unit_id, week FROM new_rows) k;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_old_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (SELECT DISTINCT unit_id, week FROM old_rows) k;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_both_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week))
    FROM (SELECT unit_id, week FROM new_rows UNION SELECT unit_id, week FROM old_rows) k;
    RETURN NULL;
END $$;

-- a post changes how many cadres are active in every week since it began, up to this week in Asia/Shanghai
CREATE FUNCTION weeks_of(valid daterange) RETURNS SETOF date LANGUAGE sql STABLE AS $$
    SELECT day::date FROM generate_series(
        lower(valid)::timestamp,
        least(coalesce(upper(valid) - 1, 'infinity'::date),
              date_trunc('week', now() AT TIME ZONE 'Asia/Shanghai')::date)::timestamp,
        interval '7 days') AS day
$$;
CREATE FUNCTION mark_new_posts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (
        SELECT DISTINCT p.unit_id, w.week FROM new_rows p, weeks_of(p.valid) AS w (week) WHERE p.role = 'cadre') k;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_both_posts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (
        SELECT p.unit_id, w.week FROM new_rows p, weeks_of(p.valid) AS w (week) WHERE p.role = 'cadre'
        UNION
        SELECT p.unit_id, w.week FROM old_rows p, weeks_of(p.valid) AS w (week) WHERE p.role = 'cadre') k;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_old_posts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (
        SELECT DISTINCT p.unit_id, w.week FROM old_rows p, weeks_of(p.valid) AS w (week) WHERE p.role = 'cadre') k;
    RETURN NULL;
END $$;
"""


def triggers(table: str, what: str) -> str:
    """The three statement triggers of a table whose rows carry burden."""
    return f"""
CREATE TRIGGER stale_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_new_{what}();
CREATE TRIGGER stale_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_both_{what}();
CREATE TRIGGER stale_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_old_{what}();
"""


CACHE = """
CREATE TABLE cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX cache_expires ON cache (expires);
"""

RIGHTS = """
REVOKE UPDATE, DELETE ON audit_event, submission FROM burden_web;
REVOKE INSERT, UPDATE, DELETE ON stale FROM burden_web;
REVOKE INSERT, UPDATE, DELETE ON tariff, tariff_version, django_migrations FROM burden_web;
GRANT INSERT ON audit_event, stale TO burden_worker;
GRANT DELETE ON stale TO burden_worker;

CREATE FUNCTION acting() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('burden.actor', true), '')::bigint
$$;
"""


def own_rows(table: str) -> str:
    """Web sees the acting cadre's rows alone; the worker reads all, for sums."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON {table} TO burden_web
    USING (cadre_id = (SELECT acting())) WITH CHECK (cadre_id = (SELECT acting()));
CREATE POLICY sums ON {table} FOR SELECT TO burden_worker USING (true);
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)
        for table in ("weekly_return", "entry", "submission"):
            schema_editor.execute(own_rows(table), params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0002_roles")]
    operations = [
        migrations.RunSQL(CONSTRAINTS),
        migrations.RunSQL(APPEND_ONLY),
        migrations.RunSQL(STALE),
        migrations.RunSQL(triggers("weekly_return", "rows") + triggers("entry", "rows") + triggers("post", "posts")),
        migrations.RunSQL(CACHE),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
