-- grain: span that is kept and holds any of some weeks
-- inputs: since, until (Mondays); source_span
SELECT kind, first, until FROM source_span WHERE first <= %(until)s AND until >= %(since)s
