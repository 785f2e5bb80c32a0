"""What a request is about and what was answered before; and what a person said of a guide, so that it can be said otherwise."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# what was said before is known in sum alone, and could not be changed: ratings begin anew
ANEW = """
DELETE FROM guide_rated;
UPDATE guide SET useful = 0, rated = 0 WHERE rated > 0;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute("GRANT UPDATE ON guide_rated TO burden_web", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0054_recognitions"),
    ]

    operations = [
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
        migrations.AddField("guiderated", "useful", models.BooleanField(default=True), preserve_default=False),
        migrations.AddField(
            "supportrequest",
            "demand",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.demand"
            ),
        ),
        migrations.AddField("supportrequest", "earlier", models.JSONField(default=list)),
        migrations.RemoveConstraint("supportrequest", "support_asked_on"),
        migrations.AddConstraint(
            "supportrequest",
            models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("offered", "declined", "withdrawn")), ("asked_on__isnull", False), _connector="OR"
                ),
                name="support_asked_on",
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
