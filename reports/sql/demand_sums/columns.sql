-- outputs: no statement of its own: the columns of rollup_demand that count.sql, refresh.sql and verify.sql write and compare
demand_id, level, week, targets, answered, answers, done, not_applicable, repeated, claim_min, open_min, confirmed_min,
after_hours_min, left_out, left_out_units, left_out_min, of_hidden, of_hidden_min
