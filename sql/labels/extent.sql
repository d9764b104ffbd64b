-- How far the answers of a concept go: labels are only ever added, so the same extent is the same
-- history.
-- parameters: concept String
-- result: count UInt64, latest UInt64 the highest seq, 0 where there are none
SELECT count() AS count, max(seq) AS latest FROM labels WHERE concept_id = {concept:String}
