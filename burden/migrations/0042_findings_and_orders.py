"""Findings, whose numbers stay as they were seen, and supervision orders."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

# what was seen stays: a finding is decided, never rewritten
FROZEN = """
CREATE FUNCTION finding_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'finding %: what was seen stays', OLD.id;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON finding FOR EACH ROW
    WHEN ((OLD.unit_id, OLD.issuer_id, OLD.source, OLD.title, OLD.titles, OLD.person_min, OLD.seen, OLD.raised_at)
          IS DISTINCT FROM (NEW.unit_id, NEW.issuer_id, NEW.source, NEW.title, NEW.titles, NEW.person_min, NEW.seen, NEW.raised_at))
    EXECUTE FUNCTION finding_frozen();
"""
THAWED = "DROP TRIGGER frozen ON finding; DROP FUNCTION finding_frozen()"
RIGHTS = """
GRANT INSERT, UPDATE ON finding, supervision_order TO burden_web;
GRANT INSERT, UPDATE, DELETE ON order_requirement, order_relief TO burden_web;
GRANT INSERT ON order_step TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0041_demand_refusals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("signal", "信号"),
                            ("rule", "对照规定"),
                            ("ticket", "基层反映"),
                            ("hand", "人工核查"),
                        ],
                        max_length=10,
                    ),
                ),
                ("source_key", models.CharField(blank=True, max_length=320)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("meeting", "会议"),
                            ("document", "文件"),
                            ("form", "报表"),
                            ("inspection", "检查"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "titles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("seen", models.JSONField()),
                ("person_min", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待立项"), ("ordered", "已立项"), ("dismissed", "不成立")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("data", "数据不对"),
                            ("reason", "有正当原因"),
                            ("elsewhere", "已在别处处理"),
                            ("small", "太小"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("quiet_until", models.DateField(null=True)),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "raised_by",
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
                "db_table": "finding",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField()),
                ("number", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "已立项，待交办"),
                            ("sent", "已交办，待签收"),
                            ("working", "办理中"),
                            ("extension", "申请延期，待批"),
                            ("answered", "已反馈，待审核"),
                            ("returned", "退办"),
                            ("done", "已办结，待销号"),
                            ("closed", "已销号，待回头看"),
                            ("looked", "已回头看"),
                            ("cancelled", "已撤销"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("meeting", "会议"),
                            ("document", "文件"),
                            ("form", "报表"),
                            ("inspection", "检查"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                ("citation", models.CharField(blank=True, max_length=500)),
                (
                    "titles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("person_min", models.BigIntegerField(null=True)),
                ("standard", models.CharField(max_length=500)),
                ("days", models.SmallIntegerField()),
                ("responsible", models.CharField(blank=True, max_length=200)),
                ("section", models.CharField(blank=True, max_length=200)),
                ("due_on", models.DateField(null=True)),
                ("ripe_on", models.DateField(null=True)),
                ("deadline_on", models.DateField(null=True)),
                ("asked_until", models.DateField(null=True)),
                ("was_extended", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("in_time", models.BooleanField(null=True)),
                ("took_days", models.SmallIntegerField(null=True)),
                ("before_min", models.BigIntegerField(null=True)),
                ("before_weeks", models.SmallIntegerField(null=True)),
                ("after_min", models.BigIntegerField(null=True)),
                ("after_weeks", models.SmallIntegerField(null=True)),
                ("saved_min", models.BigIntegerField(null=True)),
                ("asked", models.SmallIntegerField(default=0)),
                ("less", models.SmallIntegerField(default=0)),
                ("same", models.SmallIntegerField(default=0)),
                ("more", models.SmallIntegerField(default=0)),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.finding"
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
            ],
            options={
                "db_table": "supervision_order",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="OrderStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("act", models.CharField(max_length=12)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "order",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.order"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
            ],
            options={
                "db_table": "order_step",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ReliefAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_on", models.DateField()),
                ("has_answered", models.BooleanField(default=False)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.order"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "order_relief",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("text", models.CharField(max_length=500)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("returned", models.CharField(blank=True, max_length=500)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.order"
                    ),
                ),
            ],
            options={
                "db_table": "order_requirement",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["unit", "state", "raised_at"], name="finding_of_unit"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["source", "source_key"], name="finding_source"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "ordered", "dismissed"])), name="finding_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "open"),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="XOR",
                ),
                name="finding_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), _negated=True),
                    models.Q(models.Q(("why", ""), _negated=True), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="finding_dismissed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), models.Q(("source_key", ""), _negated=True)),
                fields=("unit", "source", "source_key"),
                name="finding_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["unit", "state", "due_on"], name="order_of_unit"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["issuer", "state", "due_on"], name="order_of_issuer"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("unit", "year", "number"), name="order_number_once"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "sent",
                            "working",
                            "extension",
                            "answered",
                            "returned",
                            "done",
                            "closed",
                            "looked",
                            "cancelled",
                        ],
                    )
                ),
                name="order_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("number__gte", 1)), name="order_numbers"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("draft", "cancelled")),
                    models.Q(("deadline_on__isnull", False), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="order_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_until__isnull", False), ("state", "extension")),
                    models.Q(models.Q(("state", "extension"), _negated=True), ("asked_until", None)),
                    _connector="OR",
                ),
                name="order_extension",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("done", "closed", "looked")), _negated=True),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("finished_at__isnull", False),
                        ("in_time__isnull", False),
                        ("took_days__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="order_finished",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False), ("saved_min__isnull", False), ("state__in", ("closed", "looked"))
                    ),
                    models.Q(("state__in", ("closed", "looked")), _negated=True),
                    _connector="OR",
                ),
                name="order_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "asked__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("less"), "+", models.F("same")),
                            "+",
                            models.F("more"),
                        ),
                    ),
                    ("less__gte", 0),
                    ("more__gte", 0),
                    ("same__gte", 0),
                ),
                name="order_relief",
            ),
        ),
        migrations.AddConstraint(
            model_name="reliefasked",
            constraint=models.UniqueConstraint(fields=("order", "unit"), name="order_relief_once"),
        ),
        migrations.AddConstraint(
            model_name="requirement",
            constraint=models.UniqueConstraint(fields=("order", "number"), name="order_requirement_once"),
        ),
        migrations.AddConstraint(
            model_name="requirement",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__range", (1, 10))), name="order_requirement_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="requirement",
            constraint=models.CheckConstraint(
                condition=models.Q(("verified_at", None), ("answered_at__isnull", False), _connector="OR"),
                name="order_requirement_answered",
            ),
        ),
        migrations.RunSQL(FROZEN, THAWED),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
