-- The k photos nearest to a vector by cosine distance (0 same direction, 2 opposite).
-- $columns: ", vector" or nothing; $condition: predicates from sql/filter
-- parameters: q Array(Float32), k UInt32
-- result: id String, distance Float64 ascending, ties by id
SELECT id, distance(vector, {q:Array(Float32)}) AS distance$columns
FROM `$table` WHERE $condition
ORDER BY distance, id LIMIT {k:UInt32}
