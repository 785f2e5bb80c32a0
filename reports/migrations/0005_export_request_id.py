"""An export remembers the request that asked for it, so that the worker logs under its id."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_total")]
    operations = [
        migrations.AddField(
            "exportjob", "request_id", models.CharField(blank=True, default="", max_length=64), preserve_default=False
        )
    ]
