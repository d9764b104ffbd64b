-- How many photos between two ids a head believes in at least so much: one part of a count that can
-- be stopped.
-- parameters: weights Array(Float32), bias Float64, probability Float64; after, upto String, the
--     first exclusive, the second inclusive; is_last UInt8, where 1 there is no upper end
-- result: count UInt64
SELECT count() AS count FROM `$table`
WHERE id > {after:String} AND (id <= {upto:String} OR {is_last:UInt8} = 1)
    AND 1 / (1 + exp(-(dot(vector, {weights:Array(Float32)}) + {bias:Float64})))
        >= {probability:Float64}
