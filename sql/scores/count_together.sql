-- How many photos each of several heads accepts, and how many at least one does, in one pass.
-- $margins: for each head, in order, its weights . vector + bias
-- parameters: cuts Array(Float64), the margin from which each head accepts
-- result: one row; counts Array(UInt64) in the order of the heads, some UInt64
SELECT sumForEach(accepted) AS counts, countIf(has(accepted, 1)) AS some
FROM (
    SELECT arrayMap((margin, cut) -> margin >= cut, [$margins], {cuts:Array(Float64)}) AS accepted
    FROM `$table`
)
