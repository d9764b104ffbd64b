-- Moments computed earlier for exactly this many photos.
-- parameters: collection String, photos UInt64
-- result: mean, covariance Array(Float32)
SELECT mean, covariance FROM moments
WHERE collection = {collection:String} AND photos = {photos:UInt64} LIMIT 1
