-- grain: one lock
-- outputs: as lock.sql, but false where somebody else counts demands or finds what is hidden
SELECT set_config('jit', 'off', true) = 'off'
       AND set_config('synchronous_commit', 'off', true) = 'off'
       AND pg_try_advisory_xact_lock(hashtext('reports.demand_sums'), 0)
