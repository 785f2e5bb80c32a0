"""A draft of a bulletin may be deleted; what was checked or published stays."""

from django.conf import settings
from django.db import migrations

# a checked one is returned to draft first, so that whoever checked it sees it go
KEPT = """
CREATE FUNCTION bulletin_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'bulletin % is no draft', OLD.id;
END $$;
CREATE TRIGGER kept BEFORE DELETE ON bulletin FOR EACH ROW WHEN (OLD.state <> 'draft')
    EXECUTE FUNCTION bulletin_kept();
"""
UNKEPT = "DROP TRIGGER kept ON bulletin; DROP FUNCTION bulletin_kept()"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute("GRANT DELETE ON bulletin TO burden_web", params=None)


class Migration(migrations.Migration):
    """Let the pages delete a draft, and nothing else."""

    dependencies = [("burden", "0032_samples_taken_back")]

    operations = [
        migrations.RunSQL(KEPT, UNKEPT),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
