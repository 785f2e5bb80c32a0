-- outputs: people_year without rows; nobody else counts until this transaction ends
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('reports.people'), 0) AS held)
DELETE FROM people_year WHERE EXISTS (SELECT FROM alone)
