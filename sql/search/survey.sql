-- What a page of mining needs to know of a collection, read in one pass: the photos a head believes
-- in most, those it doubts most, some at random, how all its probabilities spread, and how far it
-- accepts the same photos as the head before it.
-- $open: a condition from sql/filter that photos on the page must satisfy, or 1
-- $top, $boundary, $sample: how many of each
-- parameters: weights, before Array(Float32); bias, bias_before, cut Float64 (threshold as a margin);
-- seed UInt64, bins UInt16
-- result: one row; top, boundary, sample Array(String), best first; bins Map(bin, count); both,
-- either UInt64: photos that both heads accept, and that at least one does
SELECT
    arrayMap(pair -> pair.2, groupArraySortedIf($top)((-margin, id), open)) AS top,
    arrayMap(pair -> pair.2, groupArraySortedIf($boundary)((abs(margin), id), open)) AS boundary,
    arrayMap(pair -> pair.2, groupArraySortedIf($sample)((draw, id), open)) AS sample,
    sumMap([bin], [toUInt64(1)]) AS bins,
    countIf(margin >= {cut:Float64} AND margin_before >= {cut:Float64}) AS both,
    countIf(margin >= {cut:Float64} OR margin_before >= {cut:Float64}) AS either
FROM (
    SELECT id, dot(vector, {weights:Array(Float32)}) + {bias:Float64} AS margin,
        dot(vector, {before:Array(Float32)}) + {bias_before:Float64} AS margin_before,
        sipHash64({seed:UInt64}, id) AS draw,
        toUInt16(least({bins:UInt16} - 1, floor({bins:UInt16} / (1 + exp(-margin))))) AS bin,
        $open AS open
    FROM `$table`
)
