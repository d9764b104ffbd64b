-- The photos a head believes in at least so much, best first, from behind a place of the ranking.
-- parameters: weights Array(Float32), bias Float64, probability Float64, k UInt32, skip UInt64;
--     below UInt64, after String: place and id of the last photo before, the highest number and ''
--     for the beginning
-- result: id String, score Float64 descending, ties by id; place UInt64, the score's bits, which
--     order as it does and lose nothing on the way
SELECT id, score, reinterpretAsUInt64(score) AS place
FROM (
    SELECT id, 1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64}))) AS score
    FROM `$table`
)
WHERE score >= {probability:Float64}
    AND (place < {below:UInt64} OR place = {below:UInt64} AND id > {after:String})
ORDER BY score DESC, id LIMIT {k:UInt32} OFFSET {skip:UInt64}
