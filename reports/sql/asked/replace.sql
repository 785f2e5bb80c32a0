-- grain: unit x week
-- inputs: temporary table fresh_asked
-- outputs: rollup_asked, whose rows of these weeks were cleared
-- units: as reports.models.RollupAsked
INSERT INTO rollup_asked (unit_id, week, targets, planned, noticed, late, depth_sum, deepest, longest_min, done,
       repeated, compared_min, answered_min, issued_meeting, issued_document, issued_form, issued_inspection, issued_other,
       issued_min, reestimated_min, avoided, avoided_min)
SELECT unit_id, week, targets, planned, noticed, late, depth_sum, deepest, longest_min, done,
       repeated, compared_min, answered_min, issued_meeting, issued_document, issued_form, issued_inspection, issued_other,
       issued_min, reestimated_min, avoided, avoided_min
FROM fresh_asked
