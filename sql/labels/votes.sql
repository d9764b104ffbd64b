-- The latest answer of each person about each photo of a concept, in order of writing.
-- parameters: concept String
-- result: photo_id String, label Int8, round UInt32, reason String, action String, created,
--         by String
SELECT photo_id, argMax(label, seq) AS label, argMax(round, seq) AS round,
    toString(argMax(reason, seq)) AS reason, argMax(action, seq) AS action,
    argMax(created, seq) AS created, toString(`by`) AS `by`
FROM labels WHERE concept_id = {concept:String}
GROUP BY photo_id, `by` ORDER BY max(seq)
