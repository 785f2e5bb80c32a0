"""Two figures of a category in one step: how many, and how much."""

from django.db import migrations

# counting and adding up apart evaluates the same condition twice for each entry; the state is the one of avg(integer)
COUNTED_SUM = """
CREATE AGGREGATE counted_sum(integer) (
    SFUNC = int4_avg_accum, STYPE = bigint[], COMBINEFUNC = int4_avg_combine, INITCOND = '{0,0}', PARALLEL = SAFE
);
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0029_how_demands_were_confirmed")]
    operations = [migrations.RunSQL(COUNTED_SUM, "DROP AGGREGATE counted_sum(integer)")]
