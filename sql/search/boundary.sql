-- The k photos a head doubts most: smallest absolute margin first.
-- $columns: ", vector" or nothing; $condition: predicates from sql/filter
-- parameters: weights Array(Float32), bias Float64, k UInt32
-- result: id String, distance Float64 = |margin| ascending, ties by id
SELECT id, abs(dot(vector, {weights:Array(Float32)}) + {bias:Float64}) AS distance$columns
FROM `$table` WHERE $condition
ORDER BY distance, id LIMIT {k:UInt32}
