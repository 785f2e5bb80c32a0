-- grain: none
-- inputs: temporary table peer_shown
-- outputs: none; the table is gone
DROP TABLE peer_shown
