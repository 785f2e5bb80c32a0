"""What issuers ask under one name is added up from the index of their demands too: fetching each for its title took a quarter of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("burden", "0061_joined_are_answered")]

    operations = [
        migrations.RemoveIndex("demand", "demand_sums_of_issuer"),
        migrations.AddIndex(
            "demand",
            models.Index(
                fields=["issuer", "id"],
                include=("category", "origin", "title", "state", "issued_at", "created_by"),
                name="demand_sums_of_issuer",
            ),
        ),
    ]
