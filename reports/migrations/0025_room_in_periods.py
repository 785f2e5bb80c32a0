"""Room beside the rows of source_period, as beside all sums that a recount adds to: without, each addition moved its row."""

from django.db import migrations

ROOM = "ALTER TABLE source_period SET (fillfactor = 80);"
NO_ROOM = "ALTER TABLE source_period RESET (fillfactor);"


class Migration(migrations.Migration):
    dependencies = [("reports", "0024_answers_by_category")]
    operations = [migrations.RunSQL(ROOM, NO_ROOM)]
