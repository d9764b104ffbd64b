-- What a page of mining needs to know of a collection, read in one pass: the photos a head believes
-- in most, those it doubts most, how all its probabilities spread, and how far it accepts the same
-- photos as the head before it.
-- $open: a condition from sql/filter that photos on the page must satisfy, or 1
-- $top, $boundary: how many of each; $bins: how many bins
-- parameters: weights, before Array(Float32); bias, bias_before, cut Float64 (threshold as a margin)
-- result: one row; top, boundary Array(String), best first; bins Array(UInt64); both, either UInt64:
-- photos that both heads accept, and that at least one does
SELECT
    arrayMap(pair -> pair.2, groupArraySortedIf($top)((-margin, id), open)) AS top,
    arrayMap(pair -> pair.2, groupArraySortedIf($boundary)((abs(margin), id), open)) AS boundary,
    countResample(0, $bins, 1)(bin) AS bins,
    countIf(margin >= {cut:Float64} AND margin_before >= {cut:Float64}) AS both,
    countIf(margin >= {cut:Float64} OR margin_before >= {cut:Float64}) AS either
FROM (
    SELECT id, dot(vector, {weights:Array(Float32)}) + {bias:Float64} AS margin,
        dot(vector, {before:Array(Float32)}) + {bias_before:Float64} AS margin_before,
        toUInt16(least($bins - 1, floor($bins / (1 + exp(-margin))))) AS bin,
        $open AS open
    FROM `$table`
)
