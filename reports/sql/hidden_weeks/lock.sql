-- grain: one lock
-- outputs: nobody else finds what is hidden, or counts demands by it, until this transaction ends
SELECT set_config('jit', 'off', true), pg_advisory_xact_lock(hashtext('reports.demand_sums'), 0)
