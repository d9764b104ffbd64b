-- Not judged in this concept by anybody: a photo that all have cleared counts as not judged.
id NOT IN (
    SELECT photo_id FROM (
        SELECT photo_id, argMax(label, seq) AS vote FROM labels
        WHERE concept_id = {exclude_concept:String} GROUP BY photo_id, `by`
    ) WHERE vote != 0
)
