-- grain: category
-- inputs: issuers (bigint[]), weeks (date[]), level (of receivers), min_returns; rollup_demand
-- outputs: what was confirmed after hours of what issuers asked of receivers of a level
-- units: whole person-minutes; of what may be shown, and where enough are told apart to say when they worked
SELECT d.category, total(r.after_hours_min)
FROM demand d
JOIN rollup_demand r ON r.demand_id = d.id AND r.week = ANY(%(weeks)s::date[]) AND r.level = %(level)s
WHERE d.issuer_id = ANY(%(issuers)s::bigint[]) AND r.after_hours_min > 0 AND NOT r.is_hidden
      AND (r.of_hidden = 0 OR r.done - r.of_hidden >= %(min_returns)s)
GROUP BY d.category
