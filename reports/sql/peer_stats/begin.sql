-- grain: unit x week, what a unit shows of a week beside its peers
-- outputs: the empty temporary table peer_shown
CREATE TEMPORARY TABLE peer_shown (
    unit_id bigint, kind text, week date, minutes bigint, self_min bigint, returns int
) ON COMMIT DROP
