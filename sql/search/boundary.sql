-- The k photos a head doubts most: smallest absolute margin first.
-- $columns: ", vector" or nothing; $where: sql/where.sql with predicates of sql/filter, or nothing
-- parameters: weights Array(Float32), bias Float64, k UInt32
-- result: id String, dist Float64 = |margin| ascending, ties by id
SELECT id, abs(dot(vector, {weights:Array(Float32)}) + {bias:Float64}) AS dist$columns
FROM `$table` $where
ORDER BY dist, id LIMIT {k:UInt32}
