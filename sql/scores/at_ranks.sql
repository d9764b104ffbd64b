-- The photos at some places of the ranking by a head; rank 0 has the highest score, ties by id.
-- parameters: weights Array(Float32), ranks Array(UInt64)
-- result: id String, rank UInt64, in no order
SELECT id, rank
FROM (
    SELECT id,
        row_number() OVER (ORDER BY dot(vector, {weights:Array(Float32)}) DESC, id) - 1 AS rank
    FROM `$table`
)
WHERE rank IN {ranks:Array(UInt64)}
