"""What names a signal lies beside it, and the newest are found by an index: a nation's dashboard made names of all to leave some out."""

from django.db import migrations, models

KEY = models.Func(
    template="kind || ':' || unit_id || ':' || lpad(extract(year FROM since)::text, 4, '0') || '-'"
    " || lpad(extract(month FROM since)::text, 2, '0') || '-' || lpad(extract(day FROM since)::text, 2, '0')"
    " || ':' || subject",
    output_field=models.TextField(),
)


class Migration(migrations.Migration):
    dependencies = [("reports", "0032_never_registered_by_span")]
    operations = [
        migrations.RemoveConstraint("signal", "signal_key"),
        migrations.AddField(
            "signal",
            "key",
            models.GeneratedField(expression=KEY, output_field=models.TextField(), db_persist=True),
        ),
        migrations.AddIndex("signal", models.Index(fields=["-first_seen", "-person_min", "id"], name="signal_newest")),
        migrations.AddConstraint("signal", models.UniqueConstraint(fields=["key"], name="signal_key")),
    ]
