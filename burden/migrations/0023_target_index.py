"""One index of answers instead of two: it finds those of a target, and keeps a return from answering it twice."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("burden", "0022_draft_answers")]
    operations = [
        migrations.RemoveConstraint("entry", "entry_target_once"),
        migrations.RemoveIndex("entry", "entry_target"),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(
                fields=["target", "weekly_return"], name="entry_target_once", condition=Q(target__isnull=False)
            ),
        ),
    ]
