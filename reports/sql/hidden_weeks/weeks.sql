-- grain: week with any sums
-- inputs: rollup_sub, hidden_week
-- outputs: Mondays
SELECT DISTINCT week FROM rollup_sub UNION SELECT DISTINCT week FROM hidden_week ORDER BY 1
