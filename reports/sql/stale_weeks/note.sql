-- grain: table x week
-- inputs: tables, weeks
-- outputs: a note each in stale_week
INSERT INTO stale_week (what, week, taken) SELECT what, week, false FROM unnest(%(tables)s::text[]) AS what CROSS JOIN unnest(%(weeks)s::date[]) AS week
