"""What was asked and how it was answered, by unit; how far returns differ, in groups of five and more."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, DELETE ON rollup_asked, return_spread TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0029_goals_and_samples"),
        ("reports", "0015_signals"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnSpread",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id", "week", "kind", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("week", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("cadres", models.IntegerField()),
                ("asked", models.IntegerField()),
                ("n", models.IntegerField()),
                ("total_min", models.BigIntegerField()),
                ("squares", models.DecimalField(decimal_places=0, max_digits=30)),
                ("more", models.IntegerField()),
                ("more_min", models.BigIntegerField()),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="burden.unit",
                    ),
                ),
            ],
            options={
                "db_table": "return_spread",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [models.CheckConstraint(condition=models.Q(("n__gte", 5)), name="return_spread_group")],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RollupAsked",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id", "week", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("week", models.DateField()),
                ("targets", models.IntegerField()),
                ("planned", models.IntegerField()),
                ("noticed", models.IntegerField()),
                ("late", models.IntegerField()),
                ("depth_sum", models.IntegerField()),
                ("deepest", models.SmallIntegerField()),
                ("longest_min", models.IntegerField()),
                ("done", models.IntegerField()),
                ("repeated", models.IntegerField()),
                ("compared_min", models.BigIntegerField()),
                ("answered_min", models.BigIntegerField()),
                ("issued_meeting", models.IntegerField()),
                ("issued_document", models.IntegerField()),
                ("issued_form", models.IntegerField()),
                ("issued_inspection", models.IntegerField()),
                ("issued_other", models.IntegerField()),
                ("issued_min", models.BigIntegerField()),
                ("reestimated_min", models.BigIntegerField()),
                ("avoided", models.IntegerField()),
                ("avoided_min", models.BigIntegerField()),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="burden.unit",
                    ),
                ),
            ],
            options={
                "db_table": "rollup_asked",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "indexes": [django.contrib.postgres.indexes.BrinIndex(fields=["week"], name="rollup_asked_week")],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
