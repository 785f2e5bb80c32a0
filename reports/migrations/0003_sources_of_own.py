"""A unit's own row remembers its issuers, so that a recount knows the difference; weeks are found without a scan."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

# room beside each row, so that the recounts of a current week stay on their pages
ROOM = """
ALTER TABLE rollup_own SET (fillfactor = 80);
ALTER TABLE rollup_sub SET (fillfactor = 80);
ALTER TABLE rollup_source SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_rights")]
    operations = [
        migrations.AddField("rollupown", "sources", ArrayField(ArrayField(models.BigIntegerField()), default=list)),
        migrations.AddIndex("rollupown", BrinIndex(fields=["week"], name="rollup_own_week")),
        migrations.AddIndex("rollupsub", BrinIndex(fields=["week"], name="rollup_sub_week")),
        migrations.AddIndex("rollupsource", BrinIndex(fields=["week"], name="rollup_source_week")),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
