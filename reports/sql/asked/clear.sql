-- grain: unit x week
-- inputs: since, until (Mondays)
-- outputs: rollup_asked without these weeks
DELETE FROM rollup_asked WHERE week BETWEEN %(since)s AND %(until)s
