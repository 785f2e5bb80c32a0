-- grain: unit x week, with all below it in the tree of that week
-- inputs: filing_time, unit_path; `least` times that a group needs
-- outputs: portal_time; a row is replaced once `least` more have filed, so that no two versions differ by fewer
-- units: seconds; the median is the lower one, a time that was really taken
INSERT INTO portal_time (unit_id, week, n, median_s, total_s)
SELECT above.unit_id, f.week, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY f.seconds), sum(f.seconds)
FROM filing_time f
CROSS JOIN LATERAL (
    SELECT p.ancestors FROM unit_path p
    WHERE p.unit_id = f.unit_id AND p.from_week <= f.week ORDER BY p.from_week DESC LIMIT 1
) tree
CROSS JOIN LATERAL unnest(tree.ancestors) AS above (unit_id)
GROUP BY 1, 2
HAVING count(*) >= %(least)s
ON CONFLICT (unit_id, week) DO UPDATE SET n = excluded.n, median_s = excluded.median_s, total_s = excluded.total_s
WHERE excluded.n >= portal_time.n + %(least)s
