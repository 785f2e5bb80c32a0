"""A joined report has the other's reply as its own: its reporter judges it, sends it back and is asked again like any other."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# what was joined to an answered one is answered too, and kept from all that either is about; of telling pieces only their number stays
FILL = """
UPDATE ticket m SET kept_from = (SELECT array_agg(DISTINCT unit ORDER BY unit) FROM unnest(m.kept_from || l.kept_from) AS unit)
FROM ticket l WHERE l.id = m.merged_into_id AND cardinality(m.kept_from || l.kept_from) > 0;
UPDATE ticket m SET raised_to_id = l.raised_to_id, raised_on = l.raised_on FROM ticket l WHERE l.id = m.merged_into_id;
UPDATE ticket m SET state = 'replied', conclusion = l.conclusion, reply = l.reply, change = l.change,
                    replied_on = greatest(l.replied_on, m.received_on), first_replied_on = greatest(l.first_replied_on, m.received_on)
FROM ticket l WHERE l.id = m.merged_into_id AND l.state IN ('replied', 'closed');
INSERT INTO ticket_step (id, ticket_id, act, "on", turn, unit_id, note, noted)
SELECT 1 + floor(random() * 4503599627370494)::bigint, m.id, 'reply', m.replied_on,
       coalesce((SELECT max(s.turn) FROM ticket_step s WHERE s.ticket_id = m.id), 0) + 1, m.desk_id, '', true
FROM ticket m WHERE m.merged_into_id IS NOT NULL AND m.state = 'replied';
UPDATE ticket SET removed = array_fill(''::text, ARRAY[cardinality(removed)]) WHERE cardinality(removed) > 0;
"""


def drop_policy(apps, schema_editor):
    """Nobody reads another's report by the own receipt any more. Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute("DROP POLICY joined ON ticket", params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0060_observed_above")]
    operations = [
        migrations.RemoveConstraint("ticket", "ticket_merged_into"),
        migrations.AddConstraint(
            "ticket",
            models.CheckConstraint(
                condition=Q(merged_into=None) & ~Q(state="merged")
                | Q(merged_into__isnull=False, state__in=("merged", "replied", "closed")),
                name="ticket_merged_into",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(drop_policy, migrations.RunPython.noop),
        migrations.RunSQL("DROP FUNCTION leading_tickets()", migrations.RunSQL.noop),
    ]
