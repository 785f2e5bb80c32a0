"""The office of a county says which of its townships are alike: traits alone of a unit are written from a page."""

from django.conf import settings
from django.db import migrations

RIGHTS = "GRANT UPDATE (traits) ON unit TO burden_web"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0055_support_in_the_thread")]

    operations = [migrations.RunPython(set_rights, migrations.RunPython.noop)]
