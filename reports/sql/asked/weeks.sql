-- grain: one row
-- inputs: rollup_own (whose weeks are the entries', and which is far smaller), target
-- outputs: the first Monday with anything to count, the last, the oldest one counted and the newest
SELECT least((SELECT min(week) FROM rollup_own), (SELECT min(week) FROM target)),
       greatest((SELECT max(week) FROM rollup_own), (SELECT max(week) FROM target)),
       (SELECT min(week) FROM rollup_asked), (SELECT max(week) FROM rollup_asked)
