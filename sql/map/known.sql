-- How many photos of a collection have a label, and how many a time.
-- result: labelled, dated UInt64
SELECT countIf(ifNull(label, '') != '') AS labelled, countIf(taken IS NOT NULL) AS dated FROM `$table`
