-- grain: place above x kind of units x span of weeks
-- outputs: the empty temporary table fresh_peers, as peer_stat
CREATE TEMPORARY TABLE fresh_peers (LIKE peer_stat)
