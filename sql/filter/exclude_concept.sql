-- Not judged in this concept: a cleared photo counts as not judged.
id NOT IN (
    SELECT photo_id FROM labels WHERE concept_id = {exclude_concept:String}
    GROUP BY photo_id HAVING argMax(label, seq) != 0
)
