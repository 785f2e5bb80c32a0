-- grain: note that a week is to be counted anew
-- inputs: what (a table), since, until (Mondays); stale_week
-- outputs: notes, now taken: whoever notes the same week from here on writes a new one; id and week
UPDATE stale_week SET taken = true WHERE what = %(what)s AND week BETWEEN %(since)s AND %(until)s RETURNING id, week
