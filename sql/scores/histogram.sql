-- How a head's probabilities spread over a whole collection.
-- parameters: weights Array(Float32), bias Float64, bins UInt16
-- result: bin UInt16 (0 holds the lowest probabilities), count UInt64; empty bins are left out
SELECT toUInt16(least({bins:UInt16} - 1, floor({bins:UInt16} * probability))) AS bin,
    count() AS count
FROM (
    SELECT 1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64}))) AS probability
    FROM `$table`
)
GROUP BY bin
