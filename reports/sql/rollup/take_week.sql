-- grain: mark of one week
-- inputs: week; stale, whose visible marks of the week are taken
-- outputs: how many
-- What these marks stand for is visible to every later statement; a filing not yet visible keeps its marks.
WITH taken AS (DELETE FROM stale WHERE week = %(week)s RETURNING id)
SELECT count(*) FROM taken
