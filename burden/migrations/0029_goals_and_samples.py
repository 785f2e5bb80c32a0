"""What a county set itself, and whom it asks one week in four."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE, DELETE ON goal TO burden_web;
GRANT USAGE ON SEQUENCE goal_id_seq, sample_id_seq TO burden_web;
GRANT INSERT, UPDATE ON sample TO burden_web;
GRANT INSERT ON sample_panel TO burden_web, burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0028_bulletins"),
    ]

    operations = [
        migrations.CreateModel(
            name="SamplePanel",
            fields=[
                (
                    "cadre",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("panel", models.SmallIntegerField()),
            ],
            options={
                "db_table": "sample_panel",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("panel__range", (0, 3))), name="sample_panel_of_four")
                ],
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("per_head", "每人每周负担"),
                            ("issued_meeting", "下达的会议"),
                            ("issued_document", "下达的文件"),
                            ("issued_form", "下达的报表"),
                            ("issued_inspection", "下达的检查"),
                        ],
                        max_length=30,
                    ),
                ),
                ("value", models.IntegerField()),
                ("source", models.CharField(max_length=200)),
                ("set_at", models.DateTimeField()),
                (
                    "county",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "goal",
                "constraints": [models.UniqueConstraint(fields=("county", "code"), name="goal_once")],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_week", models.DateField()),
                ("until_week", models.DateField(null=True)),
                (
                    "county",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "sample",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_week", None)), fields=("county",), name="sample_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_week__iso_week_day", 1),
                            models.Q(("until_week", None), ("until_week__gt", models.F("from_week")), _connector="OR"),
                        ),
                        name="sample_weeks",
                    ),
                ],
            },
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
