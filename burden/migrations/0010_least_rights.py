"""Functions of the owner trust no temporary table, and web and worker lose what they never use."""

from django.conf import settings
from django.db import migrations

# Unless a search path names pg_temp last, a temporary table is found before the real one: whoever may run SQL as the web
# role could put a table and a trigger of its own under a function that runs as the owner.
TRUSTED = """
DO $$
DECLARE owned regprocedure;
BEGIN
    FOREACH owned IN ARRAY ARRAY['mark_stale(bigint[],date[])', 'mark_weeks(date[])', 'mark_since(date,date)',
                                 'recompute_paths(date)', 'unit_titles(text,date,integer)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', owned, current_schema());
    END LOOP;
END $$;
"""

# paths and today's copies of a unit are written by recompute_paths; people, posts and returns are ended, never deleted
RIGHTS = """
REVOKE DELETE ON person, post, post_request, login_link, api_token, unit, placement, weekly_return FROM burden_web;
REVOKE UPDATE ON entry, unit FROM burden_web;
REVOKE INSERT ON api_token FROM burden_web;
REVOKE INSERT, UPDATE, DELETE ON unit_path FROM burden_web;
REVOKE SELECT ON login_link, api_token, submission, cache, django_session FROM burden_worker;
DROP POLICY sums ON submission;
REVOKE EXECUTE ON FUNCTION mark_weeks(date[]), mark_since(date, date), recompute_paths(date), unit_titles(text, date, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION recompute_paths(date), unit_titles(text, date, integer) TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0009_return_week"), ("sessions", "0001_initial")]
    operations = [
        migrations.RunSQL(TRUSTED, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
