-- The photos a head believes in at least so much, best first.
-- parameters: weights Array(Float32), bias Float64, probability Float64, k UInt32, skip UInt64
-- result: id String, score Float64 descending, ties by id
SELECT id,
    1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64}))) AS score
FROM `$table` WHERE score >= {probability:Float64}
ORDER BY score DESC, id LIMIT {k:UInt32} OFFSET {skip:UInt64}
