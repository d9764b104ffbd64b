-- How many photos are missing from a collection because they failed, by the last reason.
-- $table: the collection's table
-- parameters: collection String
-- result: reason String, photos UInt64
SELECT reason, count() AS photos
FROM (
    SELECT photo_id, argMax(reason, (created, attempts)) AS reason FROM ingest_failures
    WHERE collection = {collection:String} AND photo_id NOT IN (SELECT id FROM `$table`)
    GROUP BY photo_id
)
GROUP BY reason ORDER BY photos DESC, reason
