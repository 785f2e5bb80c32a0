-- grain: unit (county and above) x week x kind of the units below, in the tree of that week; kinds are today's
-- inputs: since, until (Mondays), least (returns), least_units; weekly_return, entry, post, sample, sample_panel, unit, unit_path
-- outputs: temporary table fresh_spread, as return_spread; kinds that are too small are put together as 'rest', and where
--          that is too small still, with the smallest other kind
-- units: counts, whole person-minutes and their squares. In a sample those asked are the panel of the week, and who has none yet
CREATE TEMPORARY TABLE fresh_spread AS
WITH stands AS (
    SELECT p.unit_id, p.ancestors, CASE WHEN lag(from_week) OVER later IS NULL THEN '-infinity' ELSE from_week END AS since,
           coalesce(lead(from_week) OVER later, 'infinity') AS until
    FROM unit_path p
    WINDOW later AS (PARTITION BY p.unit_id ORDER BY from_week)
), place AS (
    SELECT s.unit_id, monday.week, s.ancestors,
           EXISTS (
               SELECT FROM sample WHERE county_id = ANY (s.ancestors) AND from_week <= monday.week
                                    AND (until_week IS NULL OR until_week > monday.week)
           ) AS is_sampled
    FROM stands s
    JOIN (
        SELECT generate_series(%(since)s::date, %(until)s::date, interval '7 days')::date AS week
    ) monday ON monday.week >= s.since AND monday.week < s.until
), person AS (
    SELECT p.unit_id, place.week,
           count(*) AS cadres,
           count(*) FILTER (WHERE NOT place.is_sampled OR coalesce(panel.panel = (place.week - date '2020-01-06') / 7 %% 4, true)) AS asked
    FROM post p
    JOIN place ON place.unit_id = p.unit_id AND p.valid @> place.week
    LEFT JOIN sample_panel panel ON panel.cadre_id = p.user_id
    WHERE p.role = 'cadre'
    GROUP BY p.unit_id, place.week
), worked AS (
    SELECT weekly_return_id, sum(person_min) AS minutes
    FROM entry
    WHERE week BETWEEN %(since)s AND %(until)s
    GROUP BY weekly_return_id
), sheet AS (
    SELECT r.unit_id, r.week, coalesce(w.minutes, 0) AS minutes,
           NOT place.is_sampled OR coalesce(panel.panel = (r.week - date '2020-01-06') / 7 %% 4, true) AS is_asked
    FROM weekly_return r
    JOIN place ON place.unit_id = r.unit_id AND place.week = r.week
    LEFT JOIN worked w ON w.weekly_return_id = r.id
    LEFT JOIN sample_panel panel ON panel.cadre_id = r.cadre_id
    WHERE r.week BETWEEN %(since)s AND %(until)s
), filed AS (
    SELECT unit_id, week, count(*) FILTER (WHERE is_asked) AS n,
           coalesce(sum(minutes) FILTER (WHERE is_asked), 0) AS total_min,
           coalesce(sum(minutes::numeric * minutes) FILTER (WHERE is_asked), 0) AS squares,
           count(*) FILTER (WHERE NOT is_asked) AS more,
           coalesce(sum(minutes) FILTER (WHERE NOT is_asked), 0) AS more_min
    FROM sheet
    GROUP BY unit_id, week
), summed AS (
    SELECT above.id AS unit_id, place.week, leaf.kind,
           sum(coalesce(p.cadres, 0)) AS cadres, sum(coalesce(p.asked, 0)) AS asked, sum(coalesce(f.n, 0)) AS n,
           sum(coalesce(f.total_min, 0)) AS total_min, sum(coalesce(f.squares, 0)) AS squares,
           sum(coalesce(f.more, 0)) AS more, sum(coalesce(f.more_min, 0)) AS more_min,
           count(*) FILTER (WHERE f.n > 0) AS units
    FROM place
    LEFT JOIN person p USING (unit_id, week)
    LEFT JOIN filed f USING (unit_id, week)
    JOIN unit leaf ON leaf.id = place.unit_id
    CROSS JOIN LATERAL unnest(place.ancestors) AS step (id)
    JOIN unit above ON above.id = step.id AND above.level IN ('nation', 'province', 'city', 'county')
    WHERE p.cadres > 0 OR f.n > 0 OR f.more > 0
    GROUP BY 1, 2, 3
), graded AS (
    SELECT unit_id, week, CASE WHEN n >= %(least)s AND units >= %(least_units)s THEN kind ELSE 'rest' END AS kind,
           sum(cadres) AS cadres, sum(asked) AS asked, sum(n) AS n, sum(total_min) AS total_min, sum(squares) AS squares,
           sum(more) AS more, sum(more_min) AS more_min, sum(units) AS units
    FROM summed
    GROUP BY 1, 2, 3
), folded AS (
    SELECT *, CASE
        WHEN kind = 'rest' AND (n < %(least)s OR units < %(least_units)s)
        THEN coalesce(lead(kind) OVER (PARTITION BY unit_id, week ORDER BY kind <> 'rest', n, kind), kind)
        ELSE kind
    END AS under
    FROM graded
)
SELECT unit_id, week, under AS kind, sum(cadres)::int AS cadres, sum(asked)::int AS asked, sum(n)::int AS n,
       sum(total_min)::bigint AS total_min, sum(squares) AS squares, sum(more)::int AS more, sum(more_min)::bigint AS more_min
FROM folded
GROUP BY unit_id, week, under
HAVING sum(n) >= %(least)s AND sum(units) >= %(least_units)s
