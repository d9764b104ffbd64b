-- The photos that were stored after a moment and that a head believes in at least so much, best
-- first; those that are judged in its concept are not new. A photo whose row alone was changed
-- keeps the time it was added, and is not new either.
-- parameters: weights Array(Float32), bias, probability Float64; since UInt64, ns since 1970;
--          concept String; k UInt32, skip UInt64
-- result: id String, score Float64 descending, ties by id
SELECT id,
    1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64}))) AS score
FROM `$table`
WHERE revision > {since:UInt64}
    AND added_at >= toDateTime(intDiv({since:UInt64}, 1000000000), 'UTC')
    AND score >= {probability:Float64}
    AND id NOT IN (
        SELECT photo_id FROM (
            SELECT photo_id, argMax(label, seq) AS vote FROM labels
            WHERE concept_id = {concept:String} GROUP BY photo_id, `by`
        ) WHERE vote != 0
    )
ORDER BY score DESC, id LIMIT {k:UInt32} OFFSET {skip:UInt64}
