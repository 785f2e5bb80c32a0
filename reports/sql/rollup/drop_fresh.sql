-- outputs: no temporary tables of a recount
DROP TABLE IF EXISTS claimed, counted, fresh_own, fresh_sub, fresh_source
