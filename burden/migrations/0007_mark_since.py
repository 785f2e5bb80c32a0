"""A change of the tree makes every week since its date stale, as far back as anything was filed or anybody was in post."""

from django.db import migrations

MARK_SINCE = """
CREATE FUNCTION mark_since(since date, today date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT mark_weeks(array_agg(day::date)) FROM generate_series(
        greatest(since, (SELECT least((SELECT min(week) FROM weekly_return), (SELECT min(lower(valid)) FROM post))))::timestamp,
        today::timestamp, interval '7 days') AS day
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("burden", "0006_unit_paths")]
    operations = [migrations.RunSQL(MARK_SINCE, "DROP FUNCTION mark_since(date, date)")]
