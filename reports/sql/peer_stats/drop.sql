-- grain: none
-- inputs: temporary tables peer_shown, fresh_peers
-- outputs: none; the tables are gone
DROP TABLE peer_shown, fresh_peers
