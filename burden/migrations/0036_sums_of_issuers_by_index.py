"""What issuers asked is added up from an index alone: fetching every demand of theirs took longer than all else."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0035_worker_counts_receivers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="demand",
            name="issuer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.AddIndex(
            model_name="demand",
            index=models.Index(
                fields=["issuer", "id"],
                include=("category", "origin", "issued_at", "created_by"),
                name="demand_sums_of_issuer",
            ),
        ),
    ]
