-- The photos that were taken out with answers, and are not back.
-- $table: the collection's table
-- parameters: collection String
-- result: photo_id String, digest String, size UInt64
SELECT photo_id, digest, size FROM removals FINAL
WHERE collection = {collection:String} AND photo_id NOT IN (
    SELECT id FROM `$table`
    WHERE id IN (SELECT photo_id FROM removals WHERE collection = {collection:String})
)
