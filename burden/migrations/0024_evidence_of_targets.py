"""Where a target's numbers come from, and what a new version of the tariffs changed of them."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

EVIDENCE = [(0, "工时标准"), (1, "部门预计"), (2, "批量照此计"), (3, "逐项照此计"), (4, "自己填写")]
GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reestimate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON reestimate FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
RIGHTS = """
REVOKE ALL ON reestimate FROM burden_web;
GRANT SELECT ON reestimate TO burden_web, burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0023_target_index")]
    operations = [
        migrations.AddField("target", "evidence", models.SmallIntegerField(choices=EVIDENCE, default=1, db_default=1)),
        migrations.AddField(
            "target",
            "tariff",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                db_index=False,
                to="burden.tariffversion",
            ),
        ),
        migrations.AddConstraint(
            "target",
            models.CheckConstraint(
                condition=Q(evidence=0, tariff__isnull=False) | Q(evidence=1, tariff__isnull=True),
                name="target_evidence",
            ),
        ),
        migrations.CreateModel(
            "Reestimate",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        db_index=False,
                        to="burden.demand",
                    ),
                ),
                ("week", models.DateField()),
                (
                    "tariff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        db_index=False,
                        to="burden.tariffversion",
                    ),
                ),
                ("before_min", models.IntegerField()),
                ("after_min", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
            managers=[("every", django.db.models.manager.Manager())],
            options={
                "db_table": "reestimate",
                "default_manager_name": "every",
                "base_manager_name": "every",
                "constraints": [
                    models.UniqueConstraint(fields=["demand", "week", "tariff"], name="reestimate_once"),
                    models.CheckConstraint(condition=Q(week__iso_week_day=1), name="reestimate_week_is_monday"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
