-- The photos judged in a concept by anybody: one that all have cleared counts as not judged.
-- parameters: concept String
-- result: photo_id String
SELECT DISTINCT photo_id FROM (
    SELECT photo_id, argMax(label, seq) AS vote FROM labels
    WHERE concept_id = {concept:String} GROUP BY photo_id, `by`
) WHERE vote != 0
