-- k photos drawn uniformly; the same seed draws the same photos while the collection is the same.
-- $columns: ", vector" or nothing; $condition: predicates from sql/filter
-- parameters: seed UInt64, k UInt32
-- result: id String, distance Float64 = 0
SELECT id, toFloat64(0) AS distance$columns
FROM `$table` WHERE $condition
ORDER BY sipHash64({seed:UInt64}, id), id LIMIT {k:UInt32}
