-- Every answer ever given in a concept, in order of writing.
-- parameters: concept String
-- result: photo_id String, label Int8, round UInt32, reason String, action String, created,
--         by String
SELECT photo_id, label, round, toString(reason) AS reason, action, created,
    toString(`by`) AS `by`
FROM labels WHERE concept_id = {concept:String} ORDER BY seq
