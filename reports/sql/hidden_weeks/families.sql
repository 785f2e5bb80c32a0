-- grain: unit
-- inputs: units (bigint[]); unit_path, placement
-- outputs: all that ever stood in a family with one of these or with a unit above: what they file may decide about each
WITH above AS (
    SELECT DISTINCT unnest(ancestors) AS id FROM unit_path WHERE unit_id = ANY(%(units)s::bigint[])
)
SELECT id FROM above
UNION
SELECT unit_id FROM placement WHERE parent_id = ANY(ARRAY(SELECT id FROM above))
