"""A week's returns are found without reading all years: sums are rebuilt by the week."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("burden", "0008_history_file")]
    operations = [migrations.AddIndex("weeklyreturn", BrinIndex(fields=["week"], name="return_week"))]
