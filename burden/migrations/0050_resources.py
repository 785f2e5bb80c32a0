"""What units have to carry their burden with, what they ask for, short answers, and which meetings are training."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

# an answer's rating is two counts and a row that one rated it; training may be unmarked
RIGHTS = """
GRANT INSERT, UPDATE ON capacity, support_request, guide TO burden_web;
GRANT INSERT, UPDATE, DELETE ON capacity_file TO burden_web;
GRANT UPDATE ON capacity_file TO burden_worker;
GRANT INSERT ON guide_rated TO burden_web;
GRANT INSERT, DELETE ON training TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0049_ticket_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Guide",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=100, verbose_name="问题")),
                ("answer", models.CharField(max_length=2000, verbose_name="怎么填")),
                ("written_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("version", models.IntegerField(default=1)),
                ("useful", models.IntegerField(default=0)),
                ("rated", models.IntegerField(default=0)),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.demand"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "guide",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="GuideRated",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                (
                    "guide",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.guide"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "guide_rated",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SupportRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("people", "人手"),
                            ("money", "经费"),
                            ("tools", "工具"),
                            ("training", "培训"),
                            ("guidance", "指导"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=100)),
                ("detail", models.CharField(blank=True, max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "问过需不需要"),
                            ("declined", "不需要"),
                            ("asked", "待指定答复人"),
                            ("named", "待答"),
                            ("given", "已给"),
                            ("refused", "没给，有说明"),
                            ("solved", "解决了"),
                            ("unsolved", "没解决"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("made_on", models.DateField()),
                ("asked_on", models.DateField(null=True)),
                ("named_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("answer", models.CharField(blank=True, max_length=1000)),
                ("answered_on", models.DateField(null=True)),
                ("verdict", models.CharField(blank=True, max_length=100)),
                ("again", models.SmallIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "responder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "responder_unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
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
                "db_table": "support_request",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Training",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("marked_at", models.DateTimeField()),
                (
                    "demand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.demand"
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "training",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Capacity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField()),
                ("quota", models.IntegerField(null=True, verbose_name="编制")),
                ("in_post", models.IntegerField(null=True, verbose_name="在岗")),
                ("lent", models.IntegerField(null=True, verbose_name="借出")),
                ("borrowed", models.IntegerField(null=True, verbose_name="借入")),
                ("hired", models.IntegerField(null=True, verbose_name="编外聘用")),
                ("budget_yuan", models.BigIntegerField(null=True, verbose_name="工作经费（元）")),
                ("computers", models.IntegerField(null=True, verbose_name="电脑平板")),
                ("vehicles", models.IntegerField(null=True, verbose_name="车辆")),
                ("tools", models.CharField(blank=True, max_length=200, verbose_name="其他工具")),
                ("changed_at", models.DateTimeField()),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
            ],
            options={
                "db_table": "capacity",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "year"), name="capacity_once"),
                    models.CheckConstraint(condition=models.Q(("year__range", (2000, 2099))), name="capacity_year"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("borrowed__range", (0, 100000)),
                            ("budget_yuan__range", (0, 100000000000)),
                            ("computers__range", (0, 100000)),
                            ("hired__range", (0, 100000)),
                            ("in_post__range", (0, 100000)),
                            ("lent__range", (0, 100000)),
                            ("quota__range", (0, 100000)),
                            ("vehicles__range", (0, 100000)),
                        ),
                        name="capacity_numbers",
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="CapacityFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=200)),
                ("year", models.SmallIntegerField()),
                ("data", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "等着读"), ("read", "读好了"), ("failed", "读不了"), ("stored", "已存")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                ("grid", models.JSONField(default=list)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "db_table": "capacity_file",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["id"], name="capacity_file_waiting")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("year__range", (2000, 2099))), name="capacity_file_year")
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name="guide",
            constraint=models.UniqueConstraint(fields=("demand", "question"), name="guide_question_once"),
        ),
        migrations.AddConstraint(
            model_name="guide",
            constraint=models.CheckConstraint(
                condition=models.Q(("rated__gte", models.F("useful")), ("useful__gte", 0)), name="guide_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="guiderated",
            constraint=models.UniqueConstraint(fields=("guide", "user", "version"), name="guide_rated_once"),
        ),
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(fields=["unit", "state"], name="support_of_unit"),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "offered",
                            "declined",
                            "asked",
                            "named",
                            "given",
                            "refused",
                            "solved",
                            "unsolved",
                            "withdrawn",
                        ],
                    )
                ),
                name="support_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["people", "money", "tools", "training", "guidance"])),
                name="support_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("named", "given", "refused", "solved", "unsolved")), _negated=True),
                    models.Q(
                        ("due_on__isnull", False),
                        ("named_on__isnull", False),
                        ("responder__isnull", False),
                        ("responder_unit__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="support_has_responder",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("given", "refused", "solved", "unsolved")), _negated=True),
                    models.Q(("answered_on__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="support_has_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("offered", "declined")), ("asked_on__isnull", False), _connector="OR"
                ),
                name="support_asked_on",
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
