-- Sums of products of every two of a vector's numbers over a uniform sample of photos.
-- parameters: sample UInt32
-- result: i, j UInt32 from 1, i <= j; product Float64; rows UInt64 in the sample
WITH columns AS (
    SELECT j, groupArray(x) AS numbers
    FROM (
        SELECT vector FROM `$table`
        ORDER BY sipHash64(id), id LIMIT {sample:UInt32}
    )
    ARRAY JOIN vector AS x, arrayEnumerate(vector) AS j
    GROUP BY j
)
SELECT a.j AS i, b.j AS j, dot(a.numbers, b.numbers) AS product, length(a.numbers) AS rows
FROM columns AS a CROSS JOIN columns AS b
WHERE a.j <= b.j
