"""Why an item does not apply, where a cadre says so in one tap."""

from django.conf import settings
from django.db import migrations, models

# a choice among four, counted of many: unlike the note, which its author alone reads
RIGHTS = "GRANT SELECT (reason) ON entry TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0043_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("nothing", "本地没有这类情况"),
                    ("elsewhere", "不归本单位管"),
                    ("twice", "别处已经报过"),
                    ("season", "现在不是时候"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
