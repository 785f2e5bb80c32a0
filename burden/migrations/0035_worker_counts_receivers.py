"""An export of what could be asked less counts receivers of forms, as the page does."""

from django.conf import settings
from django.db import migrations


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute("GRANT EXECUTE ON FUNCTION receiver_counts TO burden_worker", params=None)


class Migration(migrations.Migration):
    """Let the worker call receiver_counts."""

    dependencies = [("burden", "0034_marks_of_claims")]

    operations = [migrations.RunPython(set_rights, migrations.RunPython.noop)]
