"""Notices, the weekly word about them, and the portal's own questions: three a week to a person, which the database holds to."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE ON notice TO burden_web;
GRANT INSERT, UPDATE, DELETE ON notice_channel TO burden_web;
GRANT INSERT, UPDATE ON notice_digest TO burden_worker;
GRANT INSERT ON portal_question TO burden_web, burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0042_findings_and_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeChannel",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("mail", "邮件"),
                            ("dingtalk", "钉钉机器人"),
                            ("wecom", "企业微信机器人"),
                            ("feishu", "飞书机器人"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "notice_channel",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("cadre", "干部"),
                                ("lead", "单位负责人"),
                                ("issuer", "登记员"),
                                ("reviewer", "专班"),
                                ("office", "机制办"),
                                ("observer", "特邀监督员"),
                                ("sysadmin", "系统管理员"),
                                ("secadmin", "安全管理员"),
                                ("auditor", "审计员"),
                            ],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("summary", models.CharField(max_length=120)),
                ("body", models.TextField(blank=True)),
                ("until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待核发"),
                            ("published", "已发"),
                            ("returned", "退回"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
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
                "db_table": "notice",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "published")), fields=["root", "until"], name="notice_of_root"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "published", "returned", "withdrawn"])),
                        name="notice_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at", None),
                                ("published_by", None),
                                models.Q(("state", "published"), _negated=True),
                            ),
                            models.Q(
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                models.Q(("state__in", ["proposed", "returned"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notice_published_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("ended_by", None),
                                ("reason", ""),
                                ("state__in", ["proposed", "published"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("state__in", ["returned", "withdrawn"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notice_ended_by",
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="NoticeDigest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                (
                    "told",
                    models.CharField(
                        choices=[("sending", "在发"), ("sent", "发了"), ("failed", "没发成"), ("nothing", "没有新的")],
                        max_length=10,
                    ),
                ),
                ("count", models.IntegerField(default=0)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "notice_digest",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "week"), name="notice_digest_once"),
                    models.CheckConstraint(
                        condition=models.Q(("week__iso_week_day", 1)), name="notice_digest_of_monday"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("count", 0), ("told", "nothing")),
                            models.Q(models.Q(("told", "nothing"), _negated=True), ("count__gt", 0)),
                            _connector="OR",
                        ),
                        name="notice_digest_count",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                ("place", models.SmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("estimate", "先问一句"),
                            ("recheck", "再核一次"),
                            ("rating", "有没有用"),
                            ("relief", "有没有减下来"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject", models.BigIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "portal_question",
                "indexes": [models.Index(fields=["kind", "subject"], name="portal_question_subject")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "week", "place"), name="portal_question_place"),
                    models.UniqueConstraint(fields=("person", "week", "kind", "subject"), name="portal_question_once"),
                    models.CheckConstraint(condition=models.Q(("place__range", (1, 3))), name="portal_question_most"),
                    models.CheckConstraint(
                        condition=models.Q(("week__iso_week_day", 1)), name="portal_question_of_monday"
                    ),
                ],
            },
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
