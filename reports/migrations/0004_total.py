"""Sums of whole numbers stay whole numbers, and the issuers of a unit stay in its row."""

from django.db import migrations

# sum(bigint) counts in numeric, which takes three times as long; total() refuses what leaves bigint
TOTAL = """
CREATE AGGREGATE total(bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE);
"""

# up to 120 issuers in the row itself, not packed: every recount reads them
IN_ROW = """
ALTER TABLE rollup_own ALTER sources SET STORAGE EXTERNAL;
ALTER TABLE rollup_own SET (toast_tuple_target = 8160);
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_sources_of_own")]
    operations = [
        migrations.RunSQL(TOTAL, "DROP AGGREGATE total(bigint)"),
        migrations.RunSQL(IN_ROW, migrations.RunSQL.noop),
    ]
