"""Who looks for similar demands searches the index, which row level security would keep from it, and learns ids alone."""

from django.conf import settings
from django.db import migrations

# How often a gram occurs is what ANALYZE estimated; bigrams that occur about as often are mostly pieces of one word, and one of
# them will do. A gram that no demand has finds nothing, and takes no other's place. Of the six rarest, one that few demands
# have makes a candidate, of the others two.
LIKE = """
CREATE FUNCTION demands_like(wanted text[], low text, high text, but bigint, most int)
RETURNS TABLE (id bigint, jaccard real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
DECLARE
    few real := 500 / greatest((SELECT reltuples FROM pg_class WHERE oid = 'demand'::regclass), 1);
    gram text;
    often real;
    piece real := 0;  -- how often the bigram before occurs
    rare text[] := '{}';
    common text[] := '{}';
    condition text;
BEGIN
    FOR gram, often IN
        SELECT each, coalesce(stats.often, 0) FROM unnest(wanted) AS each
        LEFT JOIN (
            SELECT pair.elem, pair.often FROM pg_stats,
                unnest(most_common_elems::text::text[], most_common_elem_freqs) AS pair (elem, often)
            WHERE schemaname = current_schema() AND tablename = 'demand' AND attname = 'grams' AND NOT inherited
        ) AS stats ON stats.elem = each
        ORDER BY 2, 1
    LOOP
        CONTINUE WHEN often > 0 AND gram NOT LIKE '#%' AND often < 1.05 * piece;
        CONTINUE WHEN often = 0 AND NOT EXISTS (
            SELECT FROM demand d WHERE d.state IN ('issued', 'changed') AND d.grams @> ARRAY[gram] AND d.id <> but
        );
        piece := CASE WHEN gram LIKE '#%' THEN piece ELSE often END;
        IF often < few THEN rare := rare || gram; ELSE common := common || gram; END IF;
        EXIT WHEN cardinality(rare) + cardinality(common) = 6;
    END LOOP;
    IF cardinality(common) = 1 THEN rare := rare || common; END IF;
    SELECT string_agg(format('d.grams @> %L::text[]', ARRAY[a.gram, b.gram]), ' OR ') INTO condition
    FROM unnest(common) WITH ORDINALITY AS a (gram, n) JOIN unnest(common) WITH ORDINALITY AS b (gram, n) ON a.n < b.n;
    condition := concat_ws(' OR ', condition, format('d.grams && %L::text[]', rare));
    RETURN QUERY EXECUTE format($query$
        SELECT id, (shared / (cardinality($1) + size - shared)::real)::real FROM (
            SELECT d.id, cardinality(d.grams) AS size,
                   (SELECT count(*) FROM unnest(d.grams) AS each WHERE each = ANY ($1)) AS shared
            FROM demand d JOIN unit u ON u.id = d.issuer_id
            WHERE d.state IN ('issued', 'changed') AND (%s) AND d.id <> $4 AND u.path >= $2 AND u.path < $3
            OFFSET 0  -- counts once what is used twice
        ) AS found ORDER BY 2 DESC, 1 LIMIT $5
    $query$, condition) USING wanted, low, high, but, most;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION demands_like SET search_path = %I, pg_temp', current_schema());
END $$;
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION demands_like FROM PUBLIC;
GRANT EXECUTE ON FUNCTION demands_like TO burden_web;
"""


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [("burden", "0016_quoted_demands")]
    operations = [
        migrations.RunSQL(LIKE, migrations.RunSQL.noop),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
