"""In which weeks an unregistered demand was done: what an order saved is told from them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0026_demands_of_hidden_units")]
    operations = [
        migrations.AddField(
            model_name="unregistereddemand",
            name="weeks",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
