-- Moments computed earlier for exactly these photos.
-- parameters: collection String, photos, extent UInt64
-- result: mean, covariance Array(Float32)
SELECT mean, covariance FROM moments
WHERE collection = {collection:String} AND photos = {photos:UInt64} AND extent = {extent:UInt64}
LIMIT 1
