-- The k photos nearest to a vector by cosine distance, reading every vector: distance() would ask
-- the index.
-- $columns: further columns, or nothing; $where: sql/where.sql with predicates of sql/filter, or nothing
-- parameters: q Array(Float32), k UInt32
-- result: id String, dist Float64 ascending, ties by id
SELECT id, cosineDistance(vector, {q:Array(Float32)}) AS dist$columns
FROM `$table` $where
ORDER BY dist, id LIMIT {k:UInt32}
