"""What a responder was asked ends with the reply: whoever sees the ticket may say so."""

from django.conf import settings
from django.db import migrations, models

RIGHTS = """
CREATE POLICY of_seen_changes ON ticket_forward FOR UPDATE TO burden_web
    USING (ticket_id IN (SELECT id FROM ticket));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0051_joined_adaptations")]
    operations = [
        migrations.AddField("ticketforward", "ended_on", models.DateField(null=True)),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
