"""What of a demand's sums is of hidden units: neither their hours after work nor what was asked again is told by demand."""

from django.db import migrations, models

# what is told of hidden units changes: whatever was asked of them is counted anew
MARKS = """
SELECT mark_demands(array_agg(demand_id), array_agg(week))
FROM (SELECT DISTINCT t.demand_id, t.week FROM hidden_week h JOIN target t ON t.unit_id = h.unit_id AND t.week = h.week WHERE h.own) asked
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0025_room_in_periods")]
    operations = [
        migrations.AddField("rollupdemand", "of_hidden", models.IntegerField(db_default=0, default=0)),
        migrations.AddField("rollupdemand", "of_hidden_min", models.BigIntegerField(db_default=0, default=0)),
        migrations.RunSQL(MARKS, MARKS),
    ]
