"""Recognitions, what is held against them, who wrote what is recognised."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
GRANT INSERT, UPDATE ON recognition, recognition_objection, recognition_author TO burden_web;
GRANT USAGE ON SEQUENCE recognition_id_seq, recognition_objection_id_seq, recognition_author_id_seq TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0053_receivers_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recognition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("issuer", "下达单位"), ("order", "督办整改"), ("practice", "做法")], max_length=10
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=200)),
                ("reckoned", models.JSONField()),
                ("year_min", models.BigIntegerField(null=True)),
                ("adopters", models.SmallIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "已提名，待公示"),
                            ("open", "公示中"),
                            ("recognised", "定了表扬，待公布"),
                            ("declined", "没有表扬"),
                            ("published", "已公布"),
                            ("withdrawn", "已撤下"),
                            ("revoked", "已撤销"),
                        ],
                        default="nominated",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("nominated_at", models.DateTimeField()),
                ("announced_at", models.DateTimeField(null=True)),
                ("until", models.DateField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("verdict", models.CharField(blank=True, max_length=500)),
                ("published_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended", models.CharField(blank=True, max_length=500)),
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
                    "nominated_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.order"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.practice"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
                    ),
                ),
            ],
            options={
                "db_table": "recognition",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.CharField(max_length=64)),
                ("on", models.DateField()),
                ("words", models.CharField(max_length=500)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_at", models.DateTimeField(null=True)),
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
                    "recognition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="burden.recognition",
                    ),
                ),
            ],
            options={
                "db_table": "recognition_objection",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signed_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recognition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="burden.recognition",
                    ),
                ),
            ],
            options={
                "db_table": "recognition_author",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="recognition",
            index=models.Index(fields=["unit", "state", "until"], name="recognition_of_unit"),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["nominated", "open", "recognised", "declined", "published", "withdrawn", "revoked"])
                ),
                name="recognition_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("unit", "kind", "key"),
                name="recognition_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "issuer"), ("order", None), ("practice", None)),
                    models.Q(("kind", "order"), ("order__isnull", False), ("practice", None)),
                    models.Q(("kind", "practice"), ("order", None), ("practice__isnull", False)),
                    _connector="OR",
                ),
                name="recognition_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("nominated", "withdrawn")),
                    models.Q(("announced_at__isnull", False), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="recognition_announced",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("recognised", "declined", "published", "revoked")), _negated=True),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("verdict", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="recognition_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("nominated_by")), _negated=True),
                    _connector="OR",
                ),
                name="recognition_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True), ("published_at__isnull", False), _connector="OR"
                ),
                name="recognition_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("withdrawn", "revoked")),
                    models.Q(("ended", ""), ("ended_at", None)),
                    _connector="XOR",
                ),
                name="recognition_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(fields=("recognition", "mark"), name="recognition_objection_once"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                    _connector="XOR",
                ),
                name="recognition_objection_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="author",
            constraint=models.UniqueConstraint(fields=("recognition", "person"), name="recognition_author_once"),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
