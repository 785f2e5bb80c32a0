"""Who agrees that a name is opened says why, and the author reads of it."""

from django.db import migrations, models

ACTS = (
    ("release", "开封"), ("accept", "受理"), ("rewrite", "改写"), ("merge", "并案"), ("forward", "转出核实"), ("respond", "核实情况"),
    ("reply", "答复"), ("publish", "放到公开栏"), ("unpublish", "从公开栏撤下"), ("judge", "评价"), ("reopen", "退回一次"),
    ("later", "四周后再答"), ("escalate", "超时上报"), ("name", "同意看姓名"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("burden", "0070_sent_up_tickets")]
    operations = [
        migrations.AddField(
            "identityrequest",
            "verdict",
            models.CharField(blank=True, max_length=200, default=""),
            preserve_default=False,
        ),
        migrations.AlterField("ticketstep", "act", models.CharField(choices=ACTS, max_length=10)),
    ]
