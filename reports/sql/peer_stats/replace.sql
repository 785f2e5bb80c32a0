-- grain: place above x kind of units x span of weeks
-- inputs: temporary table fresh_peers
-- outputs: peer_stat, which has no row of these spans
INSERT INTO peer_stat (scope_id, kind, span, week, until, n, imposed_low, imposed_median, imposed_high, imposed_p90,
       total_low, total_median, total_high, total_p90)
SELECT scope_id, kind, span, week, until, n, imposed_low, imposed_median, imposed_high, imposed_p90,
       total_low, total_median, total_high, total_p90
FROM fresh_peers
