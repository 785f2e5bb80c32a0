"""What somebody reported stands beside a finding's numbers, not among what an order tells its issuer."""

from django.db import migrations

APART = """
ALTER TABLE finding DISABLE TRIGGER frozen;
UPDATE finding
SET seen = jsonb_set(seen #- '{points,0}', '{reported}', to_jsonb(regexp_replace(seen #>> '{points,0}', '^[^:：]*[:：] ?', '')))
WHERE source = 'ticket' AND NOT seen ? 'reported' AND seen #>> '{points,0}' IS NOT NULL;
ALTER TABLE finding ENABLE TRIGGER frozen;
"""


class Migration(migrations.Migration):
    dependencies = [("burden", "0062_names_by_index")]
    operations = [migrations.RunSQL(APART, migrations.RunSQL.noop)]
