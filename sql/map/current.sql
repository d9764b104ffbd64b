-- The latest map of a collection; no row where there is none.
-- parameters: collection String
-- result: version UInt64, made DateTime64, names Array(String), xs, ys Array(Float32)
SELECT version, made, names, xs, ys FROM map_layouts
WHERE collection = {collection:String} ORDER BY version DESC LIMIT 1
