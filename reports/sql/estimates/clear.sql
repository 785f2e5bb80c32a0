-- grain: unit x week x kind
-- inputs: since, until (Mondays)
-- outputs: return_spread without these weeks
DELETE FROM return_spread WHERE week BETWEEN %(since)s AND %(until)s
