-- The k photos nearest to a vector by cosine distance, through the index, conditions first.
-- $columns: further columns, or nothing; $where: sql/where.sql with predicates of sql/filter, or nothing
-- $literal: the vector as an array literal with decimal points, which distance() insists on
-- parameters: k UInt32
-- result: id String, dist Float32 ascending
SELECT id, distance(vector, $literal) AS dist$columns
FROM `$table` $where
ORDER BY dist LIMIT {k:UInt32}
