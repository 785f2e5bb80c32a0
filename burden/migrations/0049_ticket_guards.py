"""Tickets are seen by the desk above whom they are about, and by whoever shows a receipt or a reporter's mark; by nobody they are about."""

from django.conf import settings
from django.db import migrations

# The responder never sees the ticket: the answer itself moves it, and is a step that the reporter may read.
ANSWERED = """
CREATE FUNCTION forward_answered() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE ticket SET state = 'verified' WHERE id = NEW.ticket_id AND state = 'forwarded';
    INSERT INTO ticket_step (id, ticket_id, act, "on", turn, unit_id, note, noted)
    SELECT 1 + floor(random() * 4503599627370494)::bigint, NEW.ticket_id, 'respond', NEW.answered_on,
           coalesce(max(turn), 0) + 1, NEW.unit_id, '', true
    FROM ticket_step WHERE ticket_id = NEW.ticket_id;
    RETURN NULL;
END $$;
CREATE TRIGGER answered AFTER UPDATE OF answered_on ON ticket_forward
    FOR EACH ROW WHEN (OLD.answered_on IS NULL AND NEW.answered_on IS NOT NULL) EXECUTE FUNCTION forward_answered();
"""

# all units an actor works in and those above them; desks; units whose desks one inspects; units one answers for;
# tickets whose reporter shows the mark, those that hold the reply of a joined one, and those whose reporter two people opened
ACTING = """
CREATE FUNCTION acting_lineage() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(array_agg(DISTINCT step::bigint), '{}') FROM post p JOIN unit u ON u.id = p.unit_id
    CROSS JOIN unnest(string_to_array(rtrim(u.path, '.'), '.')) AS step
    WHERE p.user_id = acting() AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION acting_desks() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT unit_id FROM post WHERE user_id = acting() AND role IN ('office', 'reviewer')
           AND valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION acting_inspected() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT u.id FROM post p JOIN unit h ON h.id = p.unit_id
    JOIN unit u ON u.path >= h.path AND u.path < left(h.path, -1) || '/' AND u.level IN ('county', 'city', 'province', 'nation')
    WHERE p.user_id = acting() AND p.role = 'reviewer' AND p.inspectorate
          AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION acting_answering() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT unit_id FROM post WHERE user_id = acting() AND role IN ('lead', 'issuer', 'office', 'reviewer')
           AND valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION reported_tickets() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT ticket_id FROM ticket_reporter WHERE mark = nullif(current_setting('burden.reporter', true), '')
$$;
CREATE FUNCTION leading_tickets() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT merged_into_id FROM ticket
    WHERE merged_into_id IS NOT NULL
          AND (receipt = nullif(current_setting('burden.receipt', true), '') OR id IN (SELECT reported_tickets()))
$$;
CREATE FUNCTION opened_tickets() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT ticket_id FROM identity_request WHERE granted AND acting() IN (asked_by_id, decided_by_id)
$$;
"""

TRUSTED = """
DO $$
DECLARE owned regprocedure;
BEGIN
    FOREACH owned IN ARRAY ARRAY['forward_answered()', 'acting_lineage()', 'acting_desks()', 'acting_inspected()',
                                 'acting_answering()', 'reported_tickets()', 'leading_tickets()',
                                 'opened_tickets()']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', owned, current_schema());
    END LOOP;
END $$;
"""

SEEN = """(
    state <> 'sealed' AND NOT kept_from && (SELECT acting_lineage())
    AND (desk_id IN (SELECT acting_desks()) OR raised_to_id IN (SELECT acting_desks()) OR desk_id IN (SELECT acting_inspected()))
)"""
SHOWN = """(
    receipt = nullif(current_setting('burden.receipt', true), '') OR id IN (SELECT reported_tickets())
)"""
OF_SEEN = "(ticket_id IN (SELECT id FROM ticket))"

RIGHTS = f"""
REVOKE SELECT ON ticket_reporter, ticket_photo, identity_request FROM burden_worker;
GRANT INSERT, UPDATE ON ticket, ticket_forward, identity_request TO burden_web;
GRANT INSERT ON ticket_reporter, ticket_photo, ticket_step, endorsement TO burden_web;
GRANT INSERT, UPDATE ON board_entry TO burden_web;
GRANT UPDATE ON ticket TO burden_worker;
GRANT INSERT, UPDATE ON ticket_step TO burden_worker;
GRANT INSERT ON board_count TO burden_worker;

ALTER TABLE ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY sent ON ticket FOR INSERT TO burden_web WITH CHECK (state = 'sealed');
CREATE POLICY desk ON ticket FOR SELECT TO burden_web USING {SEEN};
CREATE POLICY desk_changes ON ticket FOR UPDATE TO burden_web USING {SEEN};
CREATE POLICY reporter ON ticket FOR SELECT TO burden_web USING {SHOWN};
CREATE POLICY joined ON ticket FOR SELECT TO burden_web USING (id IN (SELECT leading_tickets()));
CREATE POLICY reporter_changes ON ticket FOR UPDATE TO burden_web USING {SHOWN};
CREATE POLICY every ON ticket TO burden_worker USING (true) WITH CHECK (true);

ALTER TABLE ticket_reporter ENABLE ROW LEVEL SECURITY;
CREATE POLICY sent ON ticket_reporter FOR INSERT TO burden_web WITH CHECK (true);
CREATE POLICY own ON ticket_reporter FOR SELECT TO burden_web USING (mark = nullif(current_setting('burden.reporter', true), ''));
CREATE POLICY opened ON ticket_reporter FOR SELECT TO burden_web USING (ticket_id IN (SELECT opened_tickets()));

ALTER TABLE ticket_photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY sent ON ticket_photo FOR INSERT TO burden_web WITH CHECK (true);
CREATE POLICY of_seen ON ticket_photo FOR SELECT TO burden_web USING {OF_SEEN};

ALTER TABLE ticket_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY made ON ticket_step FOR INSERT TO burden_web WITH CHECK {OF_SEEN};
CREATE POLICY of_seen ON ticket_step FOR SELECT TO burden_web USING {OF_SEEN};
CREATE POLICY every ON ticket_step TO burden_worker USING (true) WITH CHECK (true);

ALTER TABLE ticket_forward ENABLE ROW LEVEL SECURITY;
CREATE POLICY sent ON ticket_forward FOR INSERT TO burden_web WITH CHECK {OF_SEEN};
CREATE POLICY of_seen ON ticket_forward FOR SELECT TO burden_web USING {OF_SEEN};
CREATE POLICY asked ON ticket_forward FOR SELECT TO burden_web
    USING (unit_id IN (SELECT acting_answering()) AND NOT kept_from && (SELECT acting_lineage()));
CREATE POLICY answered ON ticket_forward FOR UPDATE TO burden_web
    USING (unit_id IN (SELECT acting_answering()) AND NOT kept_from && (SELECT acting_lineage()));

ALTER TABLE identity_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen ON identity_request TO burden_web USING {OF_SEEN} WITH CHECK {OF_SEEN};

ALTER TABLE board_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON board_entry FOR SELECT TO burden_web, burden_worker USING (true);
CREATE POLICY made ON board_entry FOR INSERT TO burden_web WITH CHECK {OF_SEEN};
CREATE POLICY changed ON board_entry FOR UPDATE TO burden_web USING {OF_SEEN};
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0048_tickets")]
    operations = [
        migrations.RunSQL(ANSWERED, migrations.RunSQL.noop),
        migrations.RunSQL(ACTING, migrations.RunSQL.noop),
        migrations.RunSQL(TRUSTED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
