-- grain: note that the sums of a week were counted anew, of single units too
-- inputs: weeks (Mondays); counted_week
-- outputs: these weeks' notes, taken
DELETE FROM counted_week WHERE week = ANY(%(weeks)s::date[])
