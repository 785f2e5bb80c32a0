"""The few units that ever stood elsewhere are found without reading all paths."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0026_verification"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="unitpath",
            index=models.Index(
                condition=models.Q(("from_week__gt", datetime.date(1, 1, 1))), fields=["unit"], name="unit_path_later"
            ),
        ),
    ]
