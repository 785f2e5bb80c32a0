"""What the database itself checks, marks and hides of demands, targets and their answers."""

from django.conf import settings
from django.db import migrations

# a target's entry is of the target's unit and week
CONSTRAINTS = """
ALTER TABLE entry ADD CONSTRAINT entry_of_target FOREIGN KEY (target_id, unit_id, week)
    REFERENCES target (id, unit_id, week) ON DELETE RESTRICT;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON demand_review FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON demand_review FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# Targets are made a year ahead: a week is counted when it opens, so only weeks that have begun are marked.
STALE = """
CREATE FUNCTION this_monday() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT date_trunc('week', now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION mark_demands(demand_ids bigint[], weeks date[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO stale_demand (demand_id, week)
    SELECT DISTINCT demand_id, week FROM unnest(demand_ids, weeks) AS pair (demand_id, week)
$$;
CREATE FUNCTION mark_answers(target_ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO stale_demand (demand_id, week) SELECT DISTINCT demand_id, week FROM target WHERE id = ANY (target_ids)
$$;

CREATE FUNCTION mark_new_targets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (
        SELECT DISTINCT unit_id, week FROM new_rows WHERE week <= this_monday()) k;
    PERFORM mark_demands(array_agg(demand_id), array_agg(week)) FROM (SELECT DISTINCT demand_id, week FROM new_rows) k;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_old_targets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_stale(array_agg(unit_id), array_agg(week)) FROM (
        SELECT DISTINCT unit_id, week FROM old_rows WHERE week <= this_monday()) k;
    PERFORM mark_demands(array_agg(demand_id), array_agg(week)) FROM (SELECT DISTINCT demand_id, week FROM old_rows) k;
    RETURN NULL;
END $$;
-- taking a target over changes no figure
CREATE FUNCTION mark_both_targets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE demands bigint[]; weeks date[]; open_units bigint[]; open_weeks date[];
BEGIN
    SELECT array_agg(n.demand_id), array_agg(n.week),
           array_agg(n.unit_id) FILTER (WHERE n.week <= this_monday()),
           array_agg(n.week) FILTER (WHERE n.week <= this_monday())
    INTO demands, weeks, open_units, open_weeks
    FROM new_rows n JOIN old_rows o USING (id)
    WHERE (n.category, n.people, n.minutes, n.travel_minutes, n.prep_minutes, n.withdrawn, n.issuer_id)
          IS DISTINCT FROM (o.category, o.people, o.minutes, o.travel_minutes, o.prep_minutes, o.withdrawn, o.issuer_id);
    PERFORM mark_stale(open_units, open_weeks);
    PERFORM mark_demands(demands, weeks);
    RETURN NULL;
END $$;

CREATE FUNCTION mark_new_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_answers(array_agg(target_id)) FROM new_rows WHERE target_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_old_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_answers(array_agg(target_id)) FROM old_rows WHERE target_id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER stale_insert AFTER INSERT ON target REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_new_targets();
CREATE TRIGGER stale_update AFTER UPDATE ON target REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_both_targets();
CREATE TRIGGER stale_delete AFTER DELETE ON target REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_old_targets();
-- an entry is replaced, never changed: see file_week
CREATE TRIGGER stale_answer_insert AFTER INSERT ON entry REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_new_answers();
CREATE TRIGGER stale_answer_delete AFTER DELETE ON entry REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mark_old_answers();
"""

# Units of the acting person's posts; and all units whose targets the person may see: below a post that reads, or worked in.
RIGHTS = """
CREATE FUNCTION acting_units() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT unit_id FROM post
    WHERE user_id = acting() AND role = 'issuer' AND valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION acting_range() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT u.id FROM post p
    JOIN unit h ON h.id = p.unit_id
    JOIN unit u ON u.path >= h.path AND u.path < left(h.path, -1) || '/'
    WHERE p.user_id = acting() AND p.role NOT IN ('cadre', 'sysadmin', 'secadmin', 'auditor')
          AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
    UNION
    SELECT unit_id FROM post WHERE user_id = acting() AND role = 'cadre'
$$;
DO $$
DECLARE owned regprocedure;
BEGIN
    FOREACH owned IN ARRAY ARRAY['mark_demands(bigint[],date[])', 'mark_answers(bigint[])', 'acting_units()',
                                 'acting_range()']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', owned, current_schema());
    END LOOP;
END $$;

REVOKE ALL ON demand, demand_supporting, demand_review, demand_estimate, quote_request, target, handler, filing_time,
    stale_demand, rule, duty_item, plan_item, burden_budget FROM burden_web;
GRANT SELECT ON demand, demand_supporting, demand_review, demand_estimate, quote_request, target, handler,
    rule, duty_item, plan_item, burden_budget TO burden_web;
GRANT INSERT, UPDATE ON demand, demand_estimate, quote_request, handler, plan_item TO burden_web;
GRANT INSERT, UPDATE, DELETE ON target TO burden_web;
GRANT INSERT, DELETE ON demand_supporting TO burden_web;
GRANT INSERT ON demand_review, filing_time TO burden_web;
GRANT SELECT, DELETE ON filing_time, stale_demand TO burden_worker;

ALTER TABLE demand ENABLE ROW LEVEL SECURITY;
-- what is not out yet is the issuer's alone
CREATE POLICY out_or_own ON demand FOR SELECT TO burden_web
    USING (issued_at IS NOT NULL OR issuer_id IN (SELECT acting_units()) OR created_by_id = (SELECT acting()));
CREATE POLICY asked ON demand FOR SELECT TO burden_web
    USING (id IN (SELECT demand_id FROM demand_estimate WHERE unit_id IN (SELECT acting_range())));
CREATE POLICY made ON demand FOR INSERT TO burden_web WITH CHECK (created_by_id = (SELECT acting()));
CREATE POLICY changed ON demand FOR UPDATE TO burden_web
    USING (issuer_id IN (SELECT acting_units()) OR created_by_id = (SELECT acting()));
CREATE POLICY every ON demand FOR SELECT TO burden_worker USING (true);

ALTER TABLE target ENABLE ROW LEVEL SECURITY;
CREATE POLICY received_or_sent ON target FOR SELECT TO burden_web
    USING (unit_id IN (SELECT acting_range()) OR issuer_id IN (SELECT acting_units())
           OR issuer_id IN (SELECT unit_id FROM post WHERE user_id = (SELECT acting())));
CREATE POLICY made ON target FOR INSERT TO burden_web
    WITH CHECK (issuer_id IN (SELECT unit_id FROM post WHERE user_id = (SELECT acting())));
CREATE POLICY changed ON target FOR UPDATE TO burden_web
    USING (unit_id IN (SELECT acting_range()) OR issuer_id IN (SELECT acting_units()));
CREATE POLICY withdrawn ON target FOR DELETE TO burden_web
    USING (issuer_id IN (SELECT unit_id FROM post WHERE user_id = (SELECT acting())));
CREATE POLICY every ON target FOR SELECT TO burden_worker USING (true);
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0011_demands")]
    operations = [
        migrations.RunSQL(CONSTRAINTS),
        migrations.RunSQL(STALE),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
