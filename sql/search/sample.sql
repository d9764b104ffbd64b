-- k photos drawn uniformly; the same seed draws the same photos while the collection is the same.
-- $columns: ", vector" or nothing; $where: sql/where.sql with predicates of sql/filter, or nothing
-- parameters: seed UInt64, k UInt32
-- result: id String, dist Float64 = 0
SELECT id, toFloat64(0) AS dist$columns
FROM `$table` $where
ORDER BY sipHash64({seed:UInt64}, id), id LIMIT {k:UInt32}
