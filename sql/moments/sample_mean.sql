-- Mean of the sample that moments/products uses.
-- parameters: sample UInt32
-- result: mean Array(Float64)
SELECT avgForEach(vector) AS mean
FROM (SELECT vector FROM `$table` ORDER BY sipHash64(id), id LIMIT {sample:UInt32})
