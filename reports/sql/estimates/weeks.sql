-- grain: one row
-- inputs: rollup_own, return_spread
-- outputs: the first Monday with anything to count or counted, and whether any was counted
SELECT least((SELECT min(week) FROM rollup_own), (SELECT min(week) FROM return_spread)), EXISTS (SELECT FROM return_spread)
