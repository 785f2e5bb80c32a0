"""A change of the tree makes weeks before anybody filed stale too, where something was claimed."""

from django.db import migrations

# Weeks to come are never marked (0012): each is counted when it opens, in the tree it has then.
MARK_SINCE = """
CREATE OR REPLACE FUNCTION mark_since(since date, today date) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
    SELECT mark_weeks(array_agg(day::date)) FROM generate_series(
        greatest(since, (SELECT least((SELECT min(week) FROM weekly_return), (SELECT min(lower(valid)) FROM post),
                                      (SELECT min(week) FROM target))))::timestamp,
        today::timestamp, interval '7 days') AS day
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION mark_since(since date, today date) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
    SELECT mark_weeks(array_agg(day::date)) FROM generate_series(
        greatest(since, (SELECT least((SELECT min(week) FROM weekly_return), (SELECT min(lower(valid)) FROM post))))::timestamp,
        today::timestamp, interval '7 days') AS day
$$;
"""
# CREATE OR REPLACE forgets the search path, and a temporary table is never trusted (0010)
TRUSTED = """
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION mark_since(date, date) SET search_path = %I, pg_temp', current_schema());
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("burden", "0033_drafts_deleted")]
    operations = [migrations.RunSQL(MARK_SINCE + TRUSTED, BEFORE + TRUSTED)]
