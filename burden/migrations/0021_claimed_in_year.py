"""What an issuer claims in a year is one sum over its own targets: row level security would look at each of a year's 34,000."""

from django.conf import settings
from django.db import migrations

CLAIMED = """
CREATE FUNCTION claimed_in_year(of_issuer bigint, of_year int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(sum(t.people * (t.minutes + t.travel_minutes) + t.prep_minutes), 0)
    FROM demand d JOIN target t ON t.demand_id = d.id
    WHERE d.issuer_id = of_issuer AND d.origin = 'own' AND NOT t.withdrawn
          AND t.due_on >= make_date(of_year, 1, 1) AND t.due_on < make_date(of_year + 1, 1, 1)
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION claimed_in_year SET search_path = %I, pg_temp', current_schema());
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION claimed_in_year FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claimed_in_year TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0020_review_facts")]
    operations = [
        migrations.RunSQL(CLAIMED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
