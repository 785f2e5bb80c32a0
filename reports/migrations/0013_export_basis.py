"""A file says in which tree its sums are made: that of each week, as before, or today's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0012_people_of_a_year"),
    ]

    operations = [
        migrations.AddField(
            model_name="exportjob",
            name="basis",
            field=models.CharField(db_default="reported", default="reported", max_length=8),
        ),
    ]
