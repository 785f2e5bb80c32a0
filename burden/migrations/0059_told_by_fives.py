"""What receivers say is told by fives, what is overdue is told one level up, and findings and orders get their second wall."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

# fewer than five were said before: they wait for the others
SET_ASIDE = """
INSERT INTO order_tally (order_id, less, same, more)
    SELECT id, less, same, more FROM supervision_order WHERE less + same + more BETWEEN 1 AND 4;
UPDATE supervision_order SET less = 0, same = 0, more = 0 WHERE less + same + more BETWEEN 1 AND 4;
"""

# Whoever sends an order back may not read who was asked, nor what was said: it goes of itself.
FORGOTTEN = """
CREATE FUNCTION relief_forgotten() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM order_relief WHERE order_id = NEW.id;
    DELETE FROM order_tally WHERE order_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forgotten AFTER UPDATE OF asked ON supervision_order
    FOR EACH ROW WHEN (OLD.asked > 0 AND NEW.asked = 0) EXECUTE FUNCTION relief_forgotten();
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION relief_forgotten() SET search_path = %I, pg_temp', current_schema());
END $$;
"""

# Whether an issuer keeps a unit waiting is the same for whoever asks, and says of no order what it is about.
KEEPS_WAITING = """
CREATE FUNCTION keeps_waiting(issuer bigint, unit bigint, before date, today date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (SELECT FROM supervision_order o
        WHERE o.issuer_id = issuer AND o.unit_id = unit AND o.due_on < before AND (o.ripe_on IS NULL OR o.ripe_on <= today)
              AND o.state IN ('draft', 'sent', 'working', 'extension', 'answered', 'returned'))
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION keeps_waiting(bigint, bigint, date, date) SET search_path = %I, pg_temp', current_schema());
END $$;
"""
REMEMBERED = "DROP TRIGGER forgotten ON supervision_order; DROP FUNCTION relief_forgotten();"


def below(roles):
    """Units at or below a post of the acting person."""
    return f"""(SELECT u.id FROM post p JOIN unit h ON h.id = p.unit_id
        JOIN unit u ON u.path >= h.path AND u.path < left(h.path, -1) || '/'
        WHERE p.user_id = (SELECT acting()) AND p.role IN ({roles}) AND p.valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date)"""


DESKS, READERS = "'office', 'reviewer'", "'office', 'reviewer', 'lead', 'issuer', 'observer'"
# the own unit first: a board of ten thousand orders looks no further
KEPT = f"(unit_id IN (SELECT acting_desks()) OR unit_id IN {below(DESKS)})"
SENT = f"(sent_at IS NOT NULL AND issuer_id IN {below(READERS)})"
ASKED = "(id IN (SELECT asked_orders()))"
# what was struck off and saved something, or was recognised, is reckoned with for whoever asks: the order alone, none of its parts
TOLD = "((state IN ('closed', 'looked') AND saved_min > 0) OR id IN (SELECT order_id FROM recognition))"
OF_SEEN = f"(EXISTS (SELECT FROM supervision_order o WHERE o.id = order_id AND ({KEPT} OR {SENT} OR {ASKED})))"

RIGHTS = f"""
CREATE FUNCTION acting_homes() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT unit_id FROM post WHERE user_id = acting() AND role IN ('cadre', 'lead')
           AND valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE FUNCTION asked_orders() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT order_id FROM order_relief WHERE unit_id IN (SELECT acting_homes())
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION acting_homes() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION asked_orders() SET search_path = %I, pg_temp', current_schema());
END $$;

REVOKE DELETE ON order_relief FROM burden_web;
GRANT INSERT, UPDATE ON order_tally TO burden_web;
REVOKE SELECT ON order_tally FROM burden_worker;
GRANT UPDATE ON supervision_order TO burden_worker;
GRANT INSERT ON order_step, order_relief TO burden_worker;

ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON finding FOR SELECT TO burden_web USING {KEPT};
CREATE POLICY of_order ON finding FOR SELECT TO burden_web
    USING (EXISTS (SELECT FROM supervision_order o WHERE o.finding_id = finding.id AND ({KEPT} OR {SENT} OR {ASKED})));
CREATE POLICY raised ON finding FOR INSERT TO burden_web WITH CHECK (unit_id IN (SELECT acting_desks()));
CREATE POLICY decided ON finding FOR UPDATE TO burden_web USING {KEPT};
CREATE POLICY every ON finding FOR SELECT TO burden_worker USING (true);

ALTER TABLE supervision_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON supervision_order FOR SELECT TO burden_web USING ({KEPT} OR {SENT} OR {ASKED});
CREATE POLICY told ON supervision_order FOR SELECT TO burden_web USING {TOLD};
CREATE POLICY opened ON supervision_order FOR INSERT TO burden_web WITH CHECK {KEPT};
CREATE POLICY stepped ON supervision_order FOR UPDATE TO burden_web USING ({KEPT} OR {SENT} OR {ASKED});
CREATE POLICY every ON supervision_order TO burden_worker USING (true) WITH CHECK (true);

ALTER TABLE order_requirement ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen ON order_requirement TO burden_web USING {OF_SEEN} WITH CHECK {OF_SEEN};
CREATE POLICY every ON order_requirement FOR SELECT TO burden_worker USING (true);

ALTER TABLE order_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen ON order_step TO burden_web USING {OF_SEEN} WITH CHECK {OF_SEEN};
CREATE POLICY every ON order_step TO burden_worker USING (true) WITH CHECK (true);

-- whoever answers an order draws who is asked, and reads none of it
ALTER TABLE order_relief ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON order_relief FOR SELECT TO burden_web USING (unit_id IN (SELECT acting_homes()));
CREATE POLICY answered ON order_relief FOR UPDATE TO burden_web USING (unit_id IN (SELECT acting_homes()));
CREATE POLICY drawn ON order_relief FOR INSERT TO burden_web WITH CHECK {OF_SEEN};
CREATE POLICY drawn_later ON order_relief FOR INSERT TO burden_worker WITH CHECK (true);

ALTER TABLE order_tally ENABLE ROW LEVEL SECURITY;
CREATE POLICY asked ON order_tally TO burden_web
    USING (order_id IN (SELECT asked_orders())) WITH CHECK (order_id IN (SELECT asked_orders()));
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0058_responder_counts")]

    operations = [
        migrations.AddField(model_name="order", name="escalated_for", field=models.DateField(null=True)),
        migrations.CreateModel(
            name="ReliefTally",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="burden.order",
                    ),
                ),
                ("less", models.SmallIntegerField(default=0)),
                ("same", models.SmallIntegerField(default=0)),
                ("more", models.SmallIntegerField(default=0)),
            ],
            options={
                "db_table": "order_tally",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("less__gte", 0), ("more__gte", 0), ("same__gte", 0)),
                        name="order_tally_counts",
                    )
                ],
            },
            managers=[("every", django.db.models.manager.Manager())],
        ),
        migrations.RunSQL(SET_ASIDE, migrations.RunSQL.noop),
        migrations.RunSQL(FORGOTTEN, REMEMBERED),
        migrations.RunSQL(KEEPS_WAITING, "DROP FUNCTION keeps_waiting"),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
