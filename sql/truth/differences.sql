-- The photos on which a concept's matches and a label differ, the likeliest errors first: those
-- whose margin is farthest on the other side.
-- parameters: weights Array(Float32), bias, probability Float64; label String;
--          sides Array(UInt8): 1 the label alone, 0 matches without it; k UInt32
-- result: id String, own String the label as it is stored, score Float64, truth UInt8 (has it)
SELECT id, own, 1 / (1 + exp(-margin)) AS score, truth
FROM (
    SELECT id, assumeNotNull(label) AS own,
        dot(vector, {weights:Array(Float32)}) + {bias:Float64} AS margin,
        toUInt8(has(arrayMap(x -> trimBoth(x), splitByRegexp('[|;]', own)), {label:String}))
            AS truth
    FROM `$table` WHERE label != ''
)
WHERE truth != (score >= {probability:Float64}) AND truth IN {sides:Array(UInt8)}
ORDER BY if(truth = 1, -margin, margin) DESC, id LIMIT {k:UInt32}
