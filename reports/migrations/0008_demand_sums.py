"""What demands claim and what was answered, by week and kind of receiver."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

# The claim that an answer used up stays, also where its demand was withdrawn; what is open is claimed, unless withdrawn.
COUNT = """
CREATE VIEW demand_count WITH (security_invoker = true) AS
SELECT t.demand_id, u.level, t.week,
       count(*)::int AS targets,
       (count(*) FILTER (WHERE a.answers > 0))::int AS answered,
       sum(a.answers)::int AS answers, sum(a.done)::int AS done,
       sum(a.not_applicable)::int AS not_applicable, sum(a.repeated)::int AS repeated,
       sum(t.people * (t.minutes + t.travel_minutes) + t.prep_minutes
           - CASE WHEN t.withdrawn THEN o.open_min ELSE 0 END)::bigint AS claim_min,
       sum(CASE WHEN t.withdrawn THEN 0 ELSE o.open_min END)::bigint AS open_min,
       sum(a.confirmed_min)::bigint AS confirmed_min, sum(a.after_hours_min)::bigint AS after_hours_min,
       sum(a.bulk_min)::bigint AS bulk_min, sum(a.stated_min)::bigint AS stated_min
FROM target t
JOIN unit u ON u.id = t.unit_id
CROSS JOIN LATERAL (
    SELECT count(*) AS answers,
           coalesce(sum(CASE answer WHEN 'done' THEN people ELSE 1 END), 0)::int AS people,
           count(*) FILTER (WHERE answer = 'done') AS done,
           count(*) FILTER (WHERE answer = 'not_applicable') AS not_applicable,
           count(*) FILTER (WHERE repeated) AS repeated,
           coalesce(sum(person_min), 0) AS confirmed_min,
           coalesce(sum(person_min) FILTER (WHERE after_hours), 0) AS after_hours_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 2), 0) AS bulk_min,
           coalesce(sum(person_min) FILTER (WHERE evidence = 4), 0) AS stated_min
    FROM entry WHERE target_id = t.id
) a
CROSS JOIN LATERAL (
    SELECT greatest(0, t.people - a.people) * (t.minutes + t.travel_minutes)
           + CASE WHEN a.answers = 0 THEN t.prep_minutes ELSE 0 END AS open_min
) o
GROUP BY 1, 2, 3
"""
RIGHTS = """
REVOKE ALL ON demand_count FROM burden_web;
GRANT INSERT, UPDATE, DELETE ON rollup_demand TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0012_demand_guards"), ("reports", "0007_unregistered")]
    operations = [
        migrations.CreateModel(
            name="RollupDemand",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "demand_id", "level", "week", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("nation", "全国"),
                            ("province", "省"),
                            ("city", "市"),
                            ("county", "县"),
                            ("township", "乡镇"),
                            ("village", "村社区"),
                            ("department", "部门"),
                        ],
                        max_length=10,
                    ),
                ),
                ("week", models.DateField()),
                ("targets", models.IntegerField()),
                ("answered", models.IntegerField()),
                ("answers", models.IntegerField()),
                ("done", models.IntegerField()),
                ("not_applicable", models.IntegerField()),
                ("repeated", models.IntegerField()),
                ("claim_min", models.BigIntegerField()),
                ("open_min", models.BigIntegerField()),
                ("confirmed_min", models.BigIntegerField()),
                ("after_hours_min", models.BigIntegerField()),
                ("bulk_min", models.BigIntegerField()),
                ("stated_min", models.BigIntegerField()),
                (
                    "demand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="burden.demand",
                    ),
                ),
            ],
            options={
                "db_table": "rollup_demand",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunSQL(COUNT, "DROP VIEW demand_count"),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
