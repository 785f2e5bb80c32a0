"""Adaptations that are kept, sent back or granted in part, and what a lead department thinks of one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0065_closed_without_a_saving"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="adaptation",
            name="adaptation_state",
        ),
        migrations.RemoveConstraint(
            model_name="adaptation",
            name="adaptation_decided",
        ),
        migrations.AddField(
            model_name="adaptation",
            name="asked",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="kept",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="opinion",
            field=models.CharField(
                blank=True,
                choices=[("agree", "同意"), ("condition", "同意，加条件"), ("disagree", "不同意")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="opinion_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="opinion_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="opinion_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="opinion_of",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddField(
            model_name="adaptation",
            name="opinion_words",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AlterField(
            model_name="adaptation",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "没提交"),
                    ("requested", "待定"),
                    ("returned", "退回补充"),
                    ("approved", "已批准"),
                    ("refused", "没批"),
                    ("withdrawn", "已撤回"),
                ],
                default="requested",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="adaptation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "requested", "returned", "approved", "refused", "withdrawn"])
                ),
                name="adaptation_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="adaptation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("draft", "returned", "requested", "withdrawn")),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="adaptation_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="adaptation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), ("state__in", ("draft", "withdrawn")), _connector="OR"
                ),
                name="adaptation_sent_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="adaptation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opinion", ""), ("opinion_at", None), ("opinion_by", None)),
                    models.Q(
                        models.Q(("opinion", ""), _negated=True),
                        ("opinion_at__isnull", False),
                        ("opinion_by__isnull", False),
                        ("opinion_of__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="adaptation_opinion_is_somebodys",
            ),
        ),
    ]
