"""How many records stand behind what nobody registered: too few are not told. Every week is counted anew for it."""

from django.db import migrations, models

MARKS = "SELECT mark_weeks(array_agg(week)) FROM (SELECT DISTINCT week FROM rollup_own) counted HAVING count(*) > 0"


class Migration(migrations.Migration):
    dependencies = [("burden", "0025_answered_claims_stay_used"), ("reports", "0010_portal_time")]
    operations = [
        migrations.AddField("rollupsource", "u_n", models.IntegerField(db_default=0, default=0)),
        migrations.RunSQL(MARKS, migrations.RunSQL.noop),
    ]
