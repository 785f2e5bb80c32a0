"""Drafts keep what was written against their checks, so that a reload loses nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("burden", "0021_claimed_in_year")]
    operations = [
        migrations.AddField(model_name="demand", name="answers", field=models.JSONField(db_default={}, default=dict)),
    ]
