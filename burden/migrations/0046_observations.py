"""What observers leave: seen by its author and by who reviews the unit, never by who works there."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE ON observation TO burden_web;
ALTER TABLE observation ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_or_reviewed ON observation FOR SELECT TO burden_web
    USING (by_id = (SELECT acting()) OR unit_id IN (
        SELECT u.id FROM post p
        JOIN unit h ON h.id = p.unit_id
        JOIN unit u ON u.path >= h.path AND u.path < left(h.path, -1) || '/'
        WHERE p.user_id = (SELECT acting()) AND p.role IN ('reviewer', 'office')
              AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date));
CREATE POLICY changed ON observation FOR UPDATE TO burden_web
    USING (by_id = (SELECT acting()) OR unit_id IN (
        SELECT u.id FROM post p
        JOIN unit h ON h.id = p.unit_id
        JOIN unit u ON u.path >= h.path AND u.path < left(h.path, -1) || '/'
        WHERE p.user_id = (SELECT acting()) AND p.role IN ('reviewer', 'office')
              AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date));
CREATE POLICY made ON observation FOR INSERT TO burden_web WITH CHECK (by_id = (SELECT acting()));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0045_admissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                ("text", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待看"), ("settled", "已答复"), ("withdrawn", "已撤回")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "observation",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "settled", "withdrawn"])), name="observation_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week__iso_week_day", 1)), name="observation_week_is_monday"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "settled"), models.Q(("answer", ""), ("settled_by", None)), _connector="XOR"
                        ),
                        name="observation_settled_is_answered",
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
