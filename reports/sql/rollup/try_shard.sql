-- grain: one shard
-- inputs: shard
-- outputs: as lock_shard.sql, but false where somebody else holds the shard
SELECT set_config('jit', 'off', true) = 'off'
       AND set_config('synchronous_commit', 'off', true) = 'off'
       AND pg_try_advisory_xact_lock_shared(hashtext('reports.rollup'), -1)
       AND pg_try_advisory_xact_lock(hashtext('reports.rollup'), %(shard)s)
