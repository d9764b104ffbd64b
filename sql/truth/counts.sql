-- How a head's matches and a label of the photos agree; photos without any label are left out.
-- parameters: weights Array(Float32), bias, probability Float64; label String
-- result: both, above (matches without the label), below (the label alone), neither UInt64
SELECT countIf(truth AND matches) AS both, countIf(NOT truth AND matches) AS above,
    countIf(truth AND NOT matches) AS below, countIf(NOT truth AND NOT matches) AS neither
FROM (
    SELECT has(
            arrayMap(x -> trimBoth(x), splitByRegexp('[|;]', assumeNotNull(label))), {label:String}
        ) AS truth,
        1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64})))
            >= {probability:Float64} AS matches
    FROM `$table` WHERE label != ''
)
