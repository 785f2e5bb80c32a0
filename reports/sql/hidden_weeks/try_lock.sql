-- grain: one lock
-- outputs: as lock.sql, but false where somebody else finds what is hidden or counts demands
SELECT set_config('jit', 'off', true) = 'off' AND pg_try_advisory_xact_lock(hashtext('reports.demand_sums'), 0)
