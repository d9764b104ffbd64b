-- Mean and covariance of a collection's vectors, kept until its number of photos changes.
-- columns: photos: how many there were; mean (d); covariance (d * d), row by row
CREATE TABLE IF NOT EXISTS moments (
    collection String, photos UInt64, mean Array(Float32), covariance Array(Float32)
) ENGINE = ReplacingMergeTree(photos) ORDER BY collection
