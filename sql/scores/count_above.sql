-- How many photos a head believes in at least so much.
-- parameters: weights Array(Float32), bias Float64, probability Float64
-- result: count UInt64
SELECT count() AS count FROM `$table`
WHERE 1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64})))
    >= {probability:Float64}
