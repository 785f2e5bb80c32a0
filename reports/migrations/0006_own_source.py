"""The issuers of a unit lie in a table of their own: its sums are read and rebuilt without them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

# up to 120 issuers in the row itself, not packed: every recount reads them; room beside each row, as its sums have
IN_ROW = """
ALTER TABLE rollup_own_source ALTER sources SET STORAGE EXTERNAL;
ALTER TABLE rollup_own_source SET (toast_tuple_target = 8160, fillfactor = 80);
ALTER TABLE rollup_own RESET (toast_tuple_target);
"""
IN_ROW_BEFORE = """
ALTER TABLE rollup_own ALTER sources SET STORAGE EXTERNAL;
ALTER TABLE rollup_own SET (toast_tuple_target = 8160);
"""
# whoever counts meanwhile waits, then fails, and leaves its marks to the next
MOVE = """
LOCK TABLE rollup_own IN EXCLUSIVE MODE;
INSERT INTO rollup_own_source (unit_id, week, sources) SELECT unit_id, week, sources FROM rollup_own ORDER BY unit_id, week;
"""
MOVE_BACK = """
UPDATE rollup_own o SET sources = s.sources FROM rollup_own_source s WHERE s.unit_id = o.unit_id AND s.week = o.week;
"""
RIGHTS = """
REVOKE INSERT, UPDATE, DELETE ON rollup_own_source FROM burden_web;
GRANT INSERT, UPDATE, DELETE ON rollup_own_source TO burden_worker;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_export_request_id")]
    operations = [
        migrations.CreateModel(
            "RollupOwnSource",
            [
                ("week", models.DateField()),
                ("sources", ArrayField(ArrayField(models.BigIntegerField()))),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id", "week", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        "burden.unit", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
                    ),
                ),
            ],
            options={
                "db_table": "rollup_own_source",
                "default_manager_name": "every",
                "base_manager_name": "every",
                "indexes": [BrinIndex(fields=["week"], name="rollup_own_source_week")],
            },
            managers=[("every", models.Manager())],
        ),
        migrations.RunSQL(IN_ROW, IN_ROW_BEFORE),
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
        migrations.RemoveField("rollupown", "sources"),
    ]
