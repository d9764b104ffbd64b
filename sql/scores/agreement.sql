-- How much two heads of one concept accept the same photos.
-- parameters: weights, before Array(Float32); bias, bias_before, cut Float64 (the threshold as a margin)
-- result: one row; both UInt64 photos that both accept, either UInt64 that at least one does
SELECT countIf(new AND old) AS both, countIf(new OR old) AS either
FROM (
    SELECT dot(vector, {weights:Array(Float32)}) + {bias:Float64} >= {cut:Float64} AS new,
        dot(vector, {before:Array(Float32)}) + {bias_before:Float64} >= {cut:Float64} AS old
    FROM `$table`
)
