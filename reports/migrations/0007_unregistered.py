"""What nobody registered is summed beside each issuer; every week is counted anew for it."""

from django.db import migrations, models

MARKS = "SELECT mark_weeks(array_agg(week)) FROM (SELECT DISTINCT week FROM rollup_own) counted HAVING count(*) > 0"


class Migration(migrations.Migration):
    dependencies = [("burden", "0012_demand_guards"), ("reports", "0006_own_source")]
    operations = [
        migrations.AddField("rollupsource", "u_min", models.BigIntegerField(db_default=0, default=0)),
        migrations.RunSQL(MARKS, migrations.RunSQL.noop),
    ]
