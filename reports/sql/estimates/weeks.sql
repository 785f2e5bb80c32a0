-- grain: one row
-- inputs: rollup_own
-- outputs: the first Monday with anything to count, and whether any was counted
SELECT (SELECT min(week) FROM rollup_own), EXISTS (SELECT FROM return_spread)
