"""Medians of peer groups, counted every night."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = "GRANT INSERT, DELETE ON peer_stat TO burden_worker"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0027_paths_of_moved_units"),
        ("reports", "0016_asked_and_spread"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeerStat",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scope_id",
                        "kind",
                        "span",
                        "week",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("span", models.CharField(max_length=7)),
                ("week", models.DateField()),
                ("until", models.DateField()),
                ("n", models.IntegerField()),
                ("imposed_low", models.IntegerField()),
                ("imposed_median", models.IntegerField()),
                ("imposed_high", models.IntegerField()),
                ("imposed_p90", models.IntegerField()),
                ("total_low", models.IntegerField()),
                ("total_median", models.IntegerField()),
                ("total_high", models.IntegerField()),
                ("total_p90", models.IntegerField()),
                (
                    "scope",
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
                "db_table": "peer_stat",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [models.CheckConstraint(condition=models.Q(("n__gte", 8)), name="peer_stat_group")],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
