-- What a page of mining needs to know of a collection, read in one pass: the photos a head believes
-- in most, those it doubts most, some at random, and how all its probabilities spread.
-- $open: a condition from sql/filter that photos on the page must satisfy, or 1
-- $top, $boundary, $sample: how many of each
-- parameters: weights Array(Float32), bias Float64, seed UInt64, bins UInt16
-- result: one row; top, boundary, sample Array(String), best first; bins Map(bin, count)
SELECT
    arrayMap(pair -> pair.2, groupArraySortedIf($top)((-margin, id), open)) AS top,
    arrayMap(pair -> pair.2, groupArraySortedIf($boundary)((abs(margin), id), open)) AS boundary,
    arrayMap(pair -> pair.2, groupArraySortedIf($sample)((draw, id), open)) AS sample,
    sumMap([bin], [toUInt64(1)]) AS bins
FROM (
    SELECT id, dot(vector, {weights:Array(Float32)}) + {bias:Float64} AS margin,
        sipHash64({seed:UInt64}, id) AS draw,
        toUInt16(least({bins:UInt16} - 1, floor({bins:UInt16} / (1 + exp(-margin))))) AS bin,
        $open AS open
    FROM `$table`
)
