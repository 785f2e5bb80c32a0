"""What a unit asks of itself is no issuer's row any more: it may be a few people's week. Every week is counted anew for it."""

from django.db import migrations

MARKS = "SELECT mark_weeks(array_agg(week)) FROM (SELECT DISTINCT week FROM rollup_own) counted HAVING count(*) > 0"


class Migration(migrations.Migration):
    dependencies = [("reports", "0018_small_figures")]
    operations = [migrations.RunSQL(MARKS, migrations.RunSQL.noop)]
