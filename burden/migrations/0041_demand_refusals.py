"""What receivers send back because it was recalled: seen by whoever sees their targets, and by who asked."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT ON demand_refusal TO burden_web;
ALTER TABLE demand_refusal ENABLE ROW LEVEL SECURITY;
CREATE POLICY received_or_sent ON demand_refusal FOR SELECT TO burden_web
    USING (unit_id IN (SELECT acting_range())
           OR demand_id IN (SELECT id FROM demand
                            WHERE issuer_id IN (SELECT unit_id FROM post WHERE user_id = (SELECT acting()))));
CREATE POLICY made ON demand_refusal FOR INSERT TO burden_web WITH CHECK (by_id = (SELECT acting()));
CREATE POLICY every ON demand_refusal FOR SELECT TO burden_worker USING (true);
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0040_duty_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Refusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_week", models.DateField()),
                ("citation", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="burden.demand",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.dutyitem"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "demand_refusal",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.UniqueConstraint(fields=("demand", "unit"), name="demand_refusal_once"),
                    models.CheckConstraint(
                        condition=models.Q(("from_week__iso_week_day", 1)), name="demand_refusal_from_monday"
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
