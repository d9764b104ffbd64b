-- How many photos `new` finds in all, and the latest moment one of them was stored.
-- parameters: weights Array(Float32), bias, probability Float64; since UInt64, ns since 1970;
--          concept String
-- result: count UInt64, latest UInt64, 0 without any
SELECT count() AS count, max(revision) AS latest
FROM `$table`
WHERE revision > {since:UInt64}
    AND added_at >= toDateTime(intDiv({since:UInt64}, 1000000000), 'UTC')
    AND 1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64})))
        >= {probability:Float64}
    AND id NOT IN (
        SELECT photo_id FROM (
            SELECT photo_id, argMax(label, seq) AS vote FROM labels
            WHERE concept_id = {concept:String} GROUP BY photo_id, `by`
        ) WHERE vote != 0
    )
