"""What a cadre who answers learns beyond the own rows: which targets are gone, and what five other units or more made of them."""

from django.conf import settings
from django.db import migrations

GONE = """
CREATE FUNCTION gone_targets(wanted bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT each FROM unnest(wanted) AS each
    WHERE each <= pg_sequence_last_value(pg_get_serial_sequence('target', 'id')::regclass)
      AND NOT EXISTS (SELECT FROM target WHERE id = each)
$$;
"""
# Of this week and the time before, since a demand that comes again costs about the same; of the thirty units on either side,
# which lie near by and are all that a page can wait for. Figures of fewer than five units are none.
PEERS = """
CREATE FUNCTION target_peers(wanted bigint[]) RETURNS TABLE (target_id bigint, units int, minutes int, answered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.id, coalesce(peers.units, 0), coalesce(peers.minutes, 0),
           EXISTS (SELECT FROM entry e WHERE e.target_id = t.id AND e.cadre_id <> acting())
    FROM target t
    CROSS JOIN LATERAL (
        SELECT array_agg(week) AS weeks FROM (
            SELECT week FROM target WHERE demand_id = t.demand_id AND unit_id = t.unit_id AND week <= t.week
            ORDER BY week DESC LIMIT 2
        ) AS newest
    ) AS last
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT e.unit_id)::int AS units,
               (percentile_disc(0.5) WITHIN GROUP (ORDER BY e.minutes))::int AS minutes
        FROM (
            (SELECT id FROM target WHERE demand_id = t.demand_id AND unit_id > t.unit_id AND week = ANY (last.weeks)
             ORDER BY unit_id LIMIT 60)
            UNION ALL
            (SELECT id FROM target WHERE demand_id = t.demand_id AND unit_id < t.unit_id AND week = ANY (last.weeks)
             ORDER BY unit_id DESC LIMIT 60)
        ) AS near JOIN entry e ON e.target_id = near.id
        WHERE e.answer = 'done' AND e.evidence IN (3, 4)
        HAVING count(DISTINCT e.unit_id) >= 5
    ) AS peers ON true
    WHERE t.id = ANY (wanted) AND t.unit_id IN (SELECT acting_range())
$$;
"""
# 0003 and 0012 make these with the roles; where roles are forbidden the functions of this and of later migrations need them too.
WITHOUT_ROLES = """
CREATE FUNCTION acting() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('burden.actor', true), '')::bigint
$$;
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
BEGIN
    EXECUTE format('ALTER FUNCTION acting_units() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION acting_range() SET search_path = %I, pg_temp', current_schema());
END $$;
"""
OWNED = """
DO $$
DECLARE owned regprocedure;
BEGIN
    FOREACH owned IN ARRAY ARRAY['gone_targets(bigint[])', 'target_peers(bigint[])']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', owned, current_schema());
    END LOOP;
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION gone_targets(bigint[]), target_peers(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gone_targets(bigint[]), target_peers(bigint[]) TO burden_web;
"""


def name_actor(apps, schema_editor):
    """Done where set_rights is skipped."""
    if not settings.DATABASE_ROLES:
        schema_editor.execute(WITHOUT_ROLES, params=None)


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0017_similar_demands")]
    operations = [
        migrations.RunPython(name_actor, migrations.RunPython.noop),
        migrations.RunSQL(GONE, migrations.RunSQL.noop),
        migrations.RunSQL(PEERS, migrations.RunSQL.noop),
        migrations.RunSQL(OWNED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
