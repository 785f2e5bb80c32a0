"""Tickets, what became of them, and the public board; a post may inspect the desks below it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import burden.kit.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0047_practices"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("monday", models.DateField()),
                ("received", models.IntegerField()),
                ("replied", models.IntegerField()),
                ("in_time", models.IntegerField()),
                ("upheld", models.IntegerField()),
            ],
            options={
                "db_table": "board_count",
            },
        ),
        migrations.CreateModel(
            name="BoardEntry",
            fields=[
                ("id", models.BigIntegerField(default=burden.kit.crypto.chance_id, primary_key=True, serialize=False)),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("repeat", "重复要报表"),
                            ("meeting", "会议"),
                            ("document", "文件"),
                            ("inspection", "检查"),
                            ("group", "工作群打卡"),
                            ("assigned", "摊派任务"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("text", models.CharField(max_length=500)),
                (
                    "conclusion",
                    models.CharField(
                        choices=[
                            ("upheld", "查实，已改"),
                            ("partly", "部分查实，已改"),
                            ("explained", "部分采纳，已说明"),
                            ("rejected", "未采纳，已说明"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reply", models.CharField(max_length=600)),
                ("change", models.CharField(blank=True, max_length=600)),
                ("replied_on", models.DateField()),
                ("workdays", models.SmallIntegerField()),
                ("reports", models.IntegerField(default=1)),
                ("shown_from", models.DateField(null=True)),
            ],
            options={
                "db_table": "board_entry",
            },
        ),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.BigIntegerField(default=burden.kit.crypto.chance_id, primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "endorsement",
            },
        ),
        migrations.CreateModel(
            name="IdentityRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("granted", models.BooleanField(null=True)),
            ],
            options={
                "db_table": "identity_request",
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigIntegerField(default=burden.kit.crypto.chance_id, primary_key=True, serialize=False)),
                ("named", models.BooleanField(default=False)),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("repeat", "重复要报表"),
                            ("meeting", "会议"),
                            ("document", "文件"),
                            ("inspection", "检查"),
                            ("group", "工作群打卡"),
                            ("assigned", "摊派任务"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "没有写明"),
                            ("demand", "下达事项"),
                            ("issuer", "单位"),
                            ("rule", "规则"),
                            ("portal", "平台自己"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
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
                (
                    "kept_from",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sealed", "还没开封"),
                            ("received", "待受理"),
                            ("accepted", "已受理"),
                            ("forwarded", "核实中"),
                            ("verified", "已核实"),
                            ("replied", "已答复"),
                            ("reopened", "退回复核"),
                            ("closed", "已办结"),
                            ("merged", "已并案"),
                        ],
                        default="sealed",
                        max_length=10,
                    ),
                ),
                (
                    "size",
                    models.CharField(
                        blank=True,
                        choices=[("hour", "1 小时内"), ("half", "半天"), ("day", "1 天"), ("more", "更多")],
                        max_length=10,
                    ),
                ),
                ("received_on", models.DateField()),
                ("accepted_on", models.DateField(null=True)),
                ("replied_on", models.DateField(null=True)),
                ("first_replied_on", models.DateField(null=True)),
                ("reopened_on", models.DateField(null=True)),
                ("raised_on", models.DateField(null=True)),
                ("receipt", models.CharField(max_length=64, null=True, unique=True)),
                ("key", models.BinaryField()),
                ("sealed", models.BinaryField()),
                ("added", models.BinaryField(null=True)),
                ("photos", models.SmallIntegerField(default=0)),
                ("title", models.CharField(blank=True, max_length=60)),
                ("rewritten", models.CharField(blank=True, max_length=500)),
                (
                    "removed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=500), default=list, size=None
                    ),
                ),
                (
                    "conclusion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "查实，已改"),
                            ("partly", "部分查实，已改"),
                            ("explained", "部分采纳，已说明"),
                            ("rejected", "未采纳，已说明"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reply", models.CharField(blank=True, max_length=600)),
                ("change", models.CharField(blank=True, max_length=600)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("", "没有评价"), ("solved", "解决了"), ("unsolved", "没解决")],
                        max_length=10,
                    ),
                ),
                (
                    "later",
                    models.CharField(
                        blank=True,
                        choices=[("", "没有评价"), ("solved", "解决了"), ("unsolved", "没解决")],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "db_table": "ticket",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="TicketForward",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kept_from",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("repeat", "重复要报表"),
                            ("meeting", "会议"),
                            ("document", "文件"),
                            ("inspection", "检查"),
                            ("group", "工作群打卡"),
                            ("assigned", "摊派任务"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("text", models.CharField(max_length=500)),
                ("sent_on", models.DateField()),
                ("due_on", models.DateField()),
                ("answer", models.CharField(blank=True, max_length=600)),
                ("answered_on", models.DateField(null=True)),
            ],
            options={
                "db_table": "ticket_forward",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="TicketPhoto",
            fields=[
                ("id", models.BigIntegerField(default=burden.kit.crypto.chance_id, primary_key=True, serialize=False)),
                ("number", models.SmallIntegerField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "ticket_photo",
            },
        ),
        migrations.CreateModel(
            name="TicketStep",
            fields=[
                ("id", models.BigIntegerField(default=burden.kit.crypto.chance_id, primary_key=True, serialize=False)),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("release", "开封"),
                            ("accept", "受理"),
                            ("rewrite", "改写"),
                            ("merge", "并案"),
                            ("forward", "转出核实"),
                            ("respond", "核实情况"),
                            ("reply", "答复"),
                            ("publish", "放到公开栏"),
                            ("unpublish", "从公开栏撤下"),
                            ("judge", "评价"),
                            ("reopen", "退回一次"),
                            ("later", "四周后再答"),
                            ("escalate", "超时上报"),
                        ],
                        max_length=10,
                    ),
                ),
                ("on", models.DateField()),
                ("turn", models.SmallIntegerField()),
                ("note", models.CharField(blank=True, max_length=600)),
                ("noted", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "ticket_step",
            },
        ),
        migrations.AddField(
            model_name="post",
            name="inspectorate",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="postrequest",
            name="inspectorate",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("inspectorate", False), ("role", "reviewer"), _connector="OR"),
                name="post_inspectorate",
            ),
        ),
        migrations.AddField(
            model_name="boardcount",
            name="desk",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="desk",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField(
            model_name="endorsement",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.boardentry"
            ),
        ),
        migrations.AddField(
            model_name="identityrequest",
            name="asked_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="identityrequest",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="TicketReporter",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="burden.ticket",
                    ),
                ),
                ("mark", models.CharField(db_index=True, max_length=64)),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "ticket_reporter",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="area",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="demand",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.demand"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="desk",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="issuer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="burden.unit",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="merged_into",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.ticket"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="raised_to",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="burden.rule",
            ),
        ),
        migrations.AddField(
            model_name="identityrequest",
            name="ticket",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.ticket"),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="ticket",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.ticket"
            ),
        ),
        migrations.AddField(
            model_name="ticketforward",
            name="answered_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ticketforward",
            name="sent_by_unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField(
            model_name="ticketforward",
            name="ticket",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.ticket"),
        ),
        migrations.AddField(
            model_name="ticketforward",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
        ),
        migrations.AddField(
            model_name="ticketphoto",
            name="ticket",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.ticket"),
        ),
        migrations.AddField(
            model_name="ticketstep",
            name="ticket",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="burden.ticket"),
        ),
        migrations.AddField(
            model_name="ticketstep",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="burden.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="boardcount",
            constraint=models.UniqueConstraint(fields=("desk", "monday"), name="board_count_once"),
        ),
        migrations.AddConstraint(
            model_name="endorsement",
            constraint=models.UniqueConstraint(fields=("entry", "mark"), name="endorsement_once"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["desk", "state", "received_on", "id"], name="ticket_desk"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(condition=models.Q(("state", "sealed")), fields=["state"], name="ticket_sealed"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "sealed",
                            "received",
                            "accepted",
                            "forwarded",
                            "verified",
                            "replied",
                            "reopened",
                            "closed",
                            "merged",
                        ],
                    )
                ),
                name="ticket_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("named", True), ("receipt__isnull", False), _connector="XOR"),
                name="ticket_named_or_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("state", "merged")),
                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into", None)),
                    _connector="OR",
                ),
                name="ticket_merged_into",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("replied", "closed")), _negated=True),
                    models.Q(
                        ("first_replied_on__isnull", False),
                        ("replied_on__isnull", False),
                        models.Q(("conclusion", ""), _negated=True),
                        models.Q(("reply", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ticket_replied_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ("decided_by__isnull", True),
                    _connector="OR",
                ),
                name="identity_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="identityrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("granted", None)), fields=("ticket",), name="identity_asked_once"
            ),
        ),
        migrations.AddIndex(
            model_name="boardentry",
            index=models.Index(fields=["desk", "-replied_on", "-id"], name="board_entry_newest"),
        ),
        migrations.AddConstraint(
            model_name="boardentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("shown_from__iso_week_day", 1)), name="board_entry_from_monday"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketforward",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_on", None), models.Q(("answer", ""), _negated=True), _connector="XOR"),
                name="ticket_forward_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketphoto",
            constraint=models.UniqueConstraint(fields=("ticket", "number"), name="ticket_photo_once"),
        ),
        migrations.AddIndex(
            model_name="ticketstep",
            index=models.Index(condition=models.Q(("noted", False)), fields=["on"], name="ticket_step_unnoted"),
        ),
        migrations.AddConstraint(
            model_name="ticketstep",
            constraint=models.UniqueConstraint(fields=("ticket", "turn"), name="ticket_step_once"),
        ),
    ]
