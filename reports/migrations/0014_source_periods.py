"""Who asked for what, by week, month, quarter and year, for counties and above: filled when the next night's comparison begins."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE, DELETE ON source_period TO burden_worker;
GRANT INSERT, DELETE ON source_span TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("reports", "0013_export_basis")]
    operations = [
        migrations.CreateModel(
            name="SourceSpan",
            fields=[
                ("kind", models.CharField(max_length=7)),
                ("first", models.DateField()),
                ("until", models.DateField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "first", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
            options={"db_table": "source_span"},
        ),
        migrations.CreateModel(
            name="SourcePeriod",
            fields=[
                ("kind", models.CharField(max_length=7)),
                ("first", models.DateField()),
                ("issuer_id", models.BigIntegerField()),
                ("n", models.IntegerField()),
                ("m_meeting", models.BigIntegerField()),
                ("m_document", models.BigIntegerField()),
                ("m_form", models.BigIntegerField()),
                ("m_inspection", models.BigIntegerField()),
                ("m_other", models.BigIntegerField()),
                ("c_min", models.BigIntegerField()),
                ("u_min", models.BigIntegerField()),
                ("u_n", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id",
                        "kind",
                        "first",
                        "issuer_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        "burden.unit",
                        django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
            ],
            options={
                "db_table": "source_period",
                "default_manager_name": "every",
                "base_manager_name": "every",
                "indexes": [models.Index(fields=["kind", "first"], name="source_period_span")],
            },
            managers=[("every", models.Manager())],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
