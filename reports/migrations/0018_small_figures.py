"""Figures that too few people stand behind are few rows: an index of them alone, by unit and week."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0017_peer_stats"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rollupown",
            index=models.Index(
                condition=models.Q(
                    models.Q(("returns__lt", 5), ("active__lt", 3), _connector="OR"), ("returns__gt", 0)
                ),
                fields=["unit", "week"],
                name="rollup_own_few",
            ),
        ),
        migrations.AddIndex(
            model_name="rollupsub",
            index=models.Index(
                condition=models.Q(
                    models.Q(("returns__lt", 5), ("active__lt", 3), _connector="OR"), ("returns__gt", 0)
                ),
                fields=["unit", "week"],
                name="rollup_sub_few",
            ),
        ),
    ]
