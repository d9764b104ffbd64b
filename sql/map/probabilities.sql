-- How much a head believes in every photo of a collection.
-- parameters: weights Array(Float32), bias Float64
-- result: id String, value Float32
SELECT id, toFloat32(1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64})))) AS value
FROM `$table`
