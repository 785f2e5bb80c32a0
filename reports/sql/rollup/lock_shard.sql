-- grain: one shard
-- inputs: shard
-- outputs: nobody else counts in this shard until this transaction ends
SELECT set_config('jit', 'off', true),
       set_config('synchronous_commit', 'off', true), -- after a crash the marks are back with what they stood for
       pg_advisory_xact_lock_shared(hashtext('reports.rollup'), -1),
       pg_advisory_xact_lock(hashtext('reports.rollup'), %(shard)s)
