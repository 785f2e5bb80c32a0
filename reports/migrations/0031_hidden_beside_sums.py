"""Whether what was answered to a demand must be hidden is kept beside its sums: lists of thousands of them asked it of each anew."""

from django.db import migrations, models

# as reports.demand_sums says from now on: fewer than five answers or three units, one to four who did it, and one beside these
JUDGED = """
WITH counted AS MATERIALIZED (
    SELECT d.issuer_id, d.category, r.demand_id, r.level, r.week, r.done, r.answers - r.left_out AS told,
           r.answers > 0 AND (r.answers - r.left_out < 5 OR r.answered - r.left_out_units < 3 OR r.done BETWEEN 1 AND 4) AS is_few
    FROM rollup_demand r JOIN demand d ON d.id = r.demand_id
), few AS (
    SELECT issuer_id, week, category FROM counted WHERE is_few AND told > 0 GROUP BY 1, 2, 3 HAVING sum(done) < 5
), beside AS (
    SELECT DISTINCT ON (issuer_id, week, category) demand_id, level, week
    FROM counted JOIN few USING (issuer_id, week, category)
    WHERE done > 0 AND NOT is_few
    ORDER BY issuer_id, week, category, done, demand_id, level
)
UPDATE rollup_demand r SET is_hidden = true
FROM (SELECT demand_id, level, week FROM counted WHERE is_few UNION ALL SELECT demand_id, level, week FROM beside) j
WHERE (r.demand_id, r.level, r.week) = (j.demand_id, j.level, j.week)
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0030_counted_sum")]
    operations = [
        migrations.AddField("rollupdemand", "is_hidden", models.BooleanField(db_default=False, default=False)),
        migrations.RunSQL(JUDGED, migrations.RunSQL.noop),
    ]
