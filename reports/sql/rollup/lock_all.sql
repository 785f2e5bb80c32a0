-- grain: one lock
-- outputs: nothing else counts until this transaction ends; settings for its large statements
-- Every recount of a shard holds this lock too, shared: taking it alone is taking all shards.
-- Temporary tables have no statistics, and the planner would sort them where hashing takes half the time. It takes the groups of a
-- few weeks for those of all weeks, and would count them on one core for fear of handing so many over.
SELECT set_config('jit', 'off', true), set_config('work_mem', '128MB', true),
       set_config('enable_sort', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('parallel_tuple_cost', '0.01', true),
       set_config('synchronous_commit', 'off', true), -- after a crash the marks are back with what they stood for
       pg_advisory_xact_lock(hashtext('reports.rollup'), -1)
