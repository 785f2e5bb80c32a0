"""A week by issuer is read from rollup_source: its copy goes, which every recount of the week had to keep."""

from django.db import migrations

GONE = """
DELETE FROM source_period WHERE kind = 'week';
DELETE FROM source_span WHERE kind = 'week';
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0019_own_work_apart")]
    operations = [migrations.RunSQL(GONE, migrations.RunSQL.noop)]
