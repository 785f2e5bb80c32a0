"""What was answered stays used of a budget when its demand is withdrawn: only the open part of the claim comes back."""

from django.db import migrations

# the used part: as many of the claimed people as answered, and the preparation; a withdrawn target was answered, else it went
CLAIMED = """
CREATE OR REPLACE FUNCTION claimed_in_year(of_issuer bigint, of_year int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT coalesce(sum(CASE WHEN t.withdrawn
        THEN least(t.people, (SELECT sum(CASE e.answer WHEN 'done' THEN e.people ELSE 1 END) FROM entry e WHERE e.target_id = t.id))
        ELSE t.people END * (t.minutes + t.travel_minutes) + t.prep_minutes), 0)
    FROM demand d JOIN target t ON t.demand_id = d.id
    WHERE d.issuer_id = of_issuer AND d.origin = 'own'
          AND t.due_on >= make_date(of_year, 1, 1) AND t.due_on < make_date(of_year + 1, 1, 1)
          AND (NOT t.withdrawn OR EXISTS (SELECT FROM entry e WHERE e.target_id = t.id))
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION claimed_in_year SET search_path = %I, pg_temp', current_schema());
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("burden", "0024_evidence_of_targets")]
    operations = [migrations.RunSQL(CLAIMED, migrations.RunSQL.noop)]
