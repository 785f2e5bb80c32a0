"""An export says how many rows each of its tables has, so that its page tells which one is being written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0022_hidden_weeks"),
    ]

    operations = [
        migrations.AddField(
            model_name="exportjob",
            name="sizes",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
