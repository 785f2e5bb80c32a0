-- grain: unit
-- inputs: units (bigint[]); placement
-- outputs: all that ever stood right below one of these
SELECT DISTINCT unit_id FROM placement WHERE parent_id = ANY(%(units)s::bigint[])
