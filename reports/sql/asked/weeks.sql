-- grain: one row
-- inputs: rollup_own (whose weeks are the entries', and which is far smaller), target
-- outputs: the first Monday with anything to count, the last, and the newest one counted
SELECT least((SELECT min(week) FROM rollup_own), (SELECT min(week) FROM target)),
       greatest((SELECT max(week) FROM rollup_own), (SELECT max(week) FROM target)),
       (SELECT max(week) FROM rollup_asked)
