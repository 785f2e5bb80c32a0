-- grain: mark of some weeks
-- inputs: weeks; stale, whose visible marks of these weeks are taken
-- outputs: how many
-- What these marks stand for is visible to every later statement; a filing not yet visible keeps its marks.
WITH taken AS (DELETE FROM stale WHERE week = ANY(%(weeks)s) RETURNING id)
SELECT count(*) FROM taken
