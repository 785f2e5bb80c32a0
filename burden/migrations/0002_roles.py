"""The three database roles: the owner runs this; web and worker own nothing.

Rights are given by default to tables made later; 0003 takes away what a role must not do.
"""

from django.conf import settings
from django.db import migrations

ROLES = """
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['burden_web', 'burden_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO burden_web, burden_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO burden_web;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO burden_worker;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO burden_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO burden_worker;
"""


def make_roles(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0): then the first wall stands alone."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(ROLES, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0001_tables")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
