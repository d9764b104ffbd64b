-- Photos that a map lacks, or has as they were before they were replaced, by id.
-- $table: the collection; parameters: collection String, version UInt64;
--          after String, the last id of the page before; k UInt64
-- result: id String, revision UInt64, vector Array(Float32)
SELECT id, revision, vector FROM `$table`
WHERE id > {after:String} AND (id, revision) NOT IN (
    SELECT photo_id, revision FROM map_points
    WHERE collection = {collection:String} AND version = {version:UInt64}
)
ORDER BY id LIMIT {k:UInt64}
