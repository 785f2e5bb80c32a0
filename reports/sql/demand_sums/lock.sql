-- grain: one lock
-- outputs: nobody else counts demands until this transaction ends
SELECT set_config('jit', 'off', true), set_config('synchronous_commit', 'off', true),
       pg_advisory_xact_lock(hashtext('reports.demand_sums'), 0)
