-- Mean of a collection's vectors.
-- result: count UInt64, mean Array(Float64)
SELECT count() AS count, avgForEach(vector) AS mean FROM `$table`
