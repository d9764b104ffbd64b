-- Photos that at least one of several heads accepts, those of most heads first, ties by id; all heads
-- are scored in one pass over the vectors.
-- $margins: for each head, in order, its weights . vector + bias
-- parameters: cuts Array(Float64), the margin from which each head accepts; every, no Array(UInt32),
--     places (from 1) of heads that must, that must not accept; k UInt32
-- result: id String, margins Array(Float64)
SELECT id, margins
FROM (
    SELECT id, [$margins] AS margins,
        arrayMap((margin, cut) -> margin >= cut, margins, {cuts:Array(Float64)}) AS accepted
    FROM `$table`
)
WHERE has(accepted, 1)
    AND arrayAll(place -> accepted[place], {every:Array(UInt32)})
    AND NOT arrayExists(place -> accepted[place], {no:Array(UInt32)})
ORDER BY arraySum(accepted) DESC, arrayMax(margins) DESC, id
LIMIT {k:UInt32}
