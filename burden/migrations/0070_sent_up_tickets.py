"""What a reporter sent back: the board says so, and the desk that answered keeps its reply, once the ticket went up."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
REVOKE SELECT ON ticket_sent_up FROM burden_worker;
GRANT UPDATE ON ticket_sent_up TO burden_web;
GRANT INSERT ON ticket_sent_up TO burden_worker;
GRANT UPDATE ON board_entry TO burden_worker;

ALTER TABLE ticket_sent_up ENABLE ROW LEVEL SECURITY;
CREATE POLICY made ON ticket_sent_up FOR INSERT TO burden_worker WITH CHECK (true);
CREATE POLICY desk ON ticket_sent_up FOR SELECT TO burden_web
    USING (desk_id IN (SELECT acting_desks()) AND NOT kept_from && (SELECT acting_lineage()));
CREATE POLICY of_seen ON ticket_sent_up FOR SELECT TO burden_web USING (ticket_id IN (SELECT id FROM ticket));
CREATE POLICY of_seen_changes ON ticket_sent_up FOR UPDATE TO burden_web USING (ticket_id IN (SELECT id FROM ticket));
CREATE POLICY sent_back ON board_entry FOR UPDATE TO burden_worker USING (true);
"""

# of what is being looked at again already: the reply on the ticket is still the one that was sent back
FILL = """
UPDATE board_entry e SET reviewer_id = t.desk_id, reviewed_from = date_trunc('week', t.reopened_on)::date + 7
FROM ticket t WHERE t.id = e.ticket_id AND t.reopened_on IS NOT NULL AND t.reopened_on >= t.replied_on
                    AND t.state NOT IN ('replied', 'closed');
INSERT INTO ticket_sent_up (ticket_id, desk_id, reviewer_id, kept_from, topic, title, text, conclusion, reply, change,
                            received_on, replied_on, sent_on)
SELECT DISTINCT ON (t.id) t.id, s.unit_id, t.desk_id, t.kept_from, t.topic, t.title, t.rewritten, t.conclusion, t.reply, t.change,
       t.received_on, t.replied_on, t.reopened_on
FROM ticket t JOIN ticket_step s ON s.ticket_id = t.id AND s.act = 'reply' AND s.unit_id <> t.desk_id
WHERE t.reopened_on IS NOT NULL AND t.state NOT IN ('replied', 'closed') ORDER BY t.id, s.turn DESC;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0069_outcome_of_looking_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentUp",
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
                ("title", models.CharField(blank=True, max_length=60)),
                ("text", models.CharField(blank=True, max_length=500)),
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
                ("received_on", models.DateField()),
                ("replied_on", models.DateField()),
                ("sent_on", models.DateField()),
            ],
            options={
                "db_table": "ticket_sent_up",
                "base_manager_name": "every",
                "default_manager_name": "every",
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="boardentry",
            name="reviewed_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="reviewer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="burden.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="boardentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_from", None), ("reviewer", None)),
                    models.Q(("reviewed_from__iso_week_day", 1), ("reviewer__isnull", False)),
                    _connector="OR",
                ),
                name="board_entry_reviewed_from_monday",
            ),
        ),
        migrations.AddField(
            model_name="sentup",
            name="desk",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
        ),
        migrations.AddField(
            model_name="sentup",
            name="reviewer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
