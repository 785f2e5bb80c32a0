"""Adaptations: requested, decided, in force between two days; the receivers they excuse are taken out by the database."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

# The office that approves reads no answers and sends nothing: the function does for it what an approved adaptation says, no more.
EXCUSE = """
CREATE FUNCTION excuse_targets(of_adaptation bigint, of_demands bigint[], since date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE gone integer;
BEGIN
    -- whoever files an answer meanwhile is waited for, and then seen by the statement that follows
    PERFORM 1 FROM target WHERE demand_id = ANY (of_demands) AND week >= since FOR UPDATE;
    DELETE FROM target t
    USING adaptation a, unit area, unit u
    WHERE a.id = of_adaptation AND a.state = 'approved' AND a.kind IN ('receivers', 'frequency')
          AND area.id = a.area_id AND u.id = t.unit_id
          AND t.demand_id = ANY (of_demands) AND t.issuer_id = a.issuer_id
          AND t.week >= greatest(since, a.from_week) AND t.due_on <= a.until
          AND CASE a.whom WHEN 'unit' THEN u.id = a.unit_id
                          WHEN 'kind' THEN u.kind = a.unit_kind AND u.path >= area.path AND u.path < left(area.path, -1) || '/'
                          ELSE a.trait = ANY (u.traits) AND u.path >= area.path AND u.path < left(area.path, -1) || '/' END
          AND NOT EXISTS (SELECT FROM entry e WHERE e.target_id = t.id)
          -- of a period that asks once, the first stays
          AND (a.kind = 'receivers' OR EXISTS (
              SELECT FROM target o
              WHERE o.demand_id = t.demand_id AND o.unit_id = t.unit_id AND o.due_on < t.due_on AND o.week >= a.from_week
                    AND CASE a.frequency WHEN 'monthly' THEN date_trunc('month', o.due_on) = date_trunc('month', t.due_on)
                                         WHEN 'quarterly' THEN date_trunc('quarter', o.due_on) = date_trunc('quarter', t.due_on)
                                         ELSE true END));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION excuse_targets(bigint, bigint[], date) SET search_path = %I, pg_temp', current_schema());
END $$;
"""
RIGHTS = """
GRANT INSERT, UPDATE ON adaptation TO burden_web;
GRANT USAGE ON SEQUENCE adaptation_id_seq TO burden_web;
REVOKE EXECUTE ON FUNCTION excuse_targets(bigint, bigint[], date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION excuse_targets(bigint, bigint[], date) TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0038_versions_of_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Adaptation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("frequency", "频次"),
                            ("receivers", "对象"),
                            ("form", "表式"),
                            ("rule", "规则门槛"),
                            ("way", "自己的做法"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "whom",
                    models.CharField(
                        choices=[("unit", "只有本单位"), ("kind", "全部同类单位"), ("trait", "同样特点的单位")],
                        default="unit",
                        max_length=10,
                    ),
                ),
                (
                    "unit_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nation", "全国"),
                            ("province", "省"),
                            ("city", "市"),
                            ("county", "县"),
                            ("town", "镇"),
                            ("township", "乡"),
                            ("street", "街道"),
                            ("village", "村"),
                            ("community", "社区"),
                            ("department", "部门"),
                        ],
                        max_length=10,
                    ),
                ),
                ("trait", models.CharField(blank=True, max_length=20)),
                ("rule_code", models.CharField(blank=True, max_length=30)),
                ("threshold", models.CharField(blank=True, max_length=20)),
                ("title", models.CharField(blank=True, max_length=200)),
                (
                    "frequency",
                    models.CharField(
                        blank=True,
                        choices=[("once", "一次"), ("weekly", "每周"), ("monthly", "每月"), ("quarterly", "每季")],
                        max_length=10,
                    ),
                ),
                ("change", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=300)),
                ("evidence", models.CharField(blank=True, max_length=300)),
                ("from_week", models.DateField()),
                ("until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待定"),
                            ("approved", "已批准"),
                            ("refused", "没批"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.demand"
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
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
                "db_table": "adaptation",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "approved")), fields=["area", "until"], name="adaptation_in_force"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["requested", "approved", "refused", "withdrawn"])),
                        name="adaptation_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_week__iso_week_day", 1), ("until__gte", models.F("from_week"))),
                        name="adaptation_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "rule"), ("rule_code", ""), _connector="XOR"),
                        name="adaptation_of_a_rule_names_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("rule", "way")), ("issuer__isnull", False), _connector="OR"),
                        name="adaptation_of_a_demand_names_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="adaptation_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("requested", "withdrawn")), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="adaptation_decided",
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunSQL(EXCUSE, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
