-- The photos judged in a concept: a cleared photo counts as not judged.
-- parameters: concept String
-- result: photo_id String
SELECT photo_id FROM labels WHERE concept_id = {concept:String}
GROUP BY photo_id HAVING argMax(label, seq) != 0
