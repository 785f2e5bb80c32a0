-- grain: one row
-- inputs: rollup_own, peer_stat
-- outputs: the first Monday of anything to compare
SELECT least((SELECT min(week) FROM rollup_own), (SELECT min(week) FROM peer_stat))
