-- How many points a map has.
-- parameters: collection String, version UInt64
-- result: count UInt64
SELECT count() AS count FROM map_points
WHERE collection = {collection:String} AND version = {version:UInt64}
