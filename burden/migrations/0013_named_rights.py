"""A table made later is only read by web and worker until its migration says what they write; the ledger hides filings itself."""

from django.conf import settings
from django.db import migrations

# What web writes of the tables there are was said by their migrations; of Django's and its packages', sessions and the cache.
RIGHTS = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE INSERT, UPDATE, DELETE ON TABLES FROM burden_web;
DO $$
DECLARE foreign_table regclass;
BEGIN
    FOR foreign_table IN
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname = current_schema() AND tablename ~ '^(auth|account|django)_' AND tablename <> 'django_session'
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM burden_web', foreign_table);
    END LOOP;
END $$;
-- the worker clears away sessions that are over, and reads none
GRANT SELECT (expire_date), DELETE ON django_session TO burden_worker;
"""

# When somebody filed is nobody's business, not the auditor's either: see ledger/queries.py. Who acts sees the own act,
# since the row that an INSERT returns has to be visible.
PRIVATE = """
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY written ON audit_event FOR INSERT TO burden_web, burden_worker WITH CHECK (true);
CREATE POLICY filings_hidden ON audit_event FOR SELECT TO burden_web, burden_worker
    USING (subject NOT IN ('weeklyreturn', 'submission', 'entry') OR actor_id = (SELECT acting()));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)
        schema_editor.execute(PRIVATE, params=None)


class Migration(migrations.Migration):
    # the exports' table is made first, while a new table may be written: web asks for exports
    dependencies = [("burden", "0012_demand_guards"), ("reports", "0002_rights")]
    operations = [migrations.RunPython(set_rights, migrations.RunPython.noop)]
