-- The last failure of each photo that is still missing from its collection, the newest first.
-- $table: the collection's table
-- parameters: collection String; reason String, of all reasons where empty; limit UInt64
-- result: photo_id String, url String, reason String, permanent UInt8, attempts UInt32,
--     reader String, created
SELECT * FROM (
    SELECT photo_id, argMax(url, at) AS url, argMax(reason, at) AS reason,
        argMax(permanent, at) AS permanent, argMax(attempts, at) AS attempts,
        argMax(reader, at) AS reader, max(f.created) AS created
    FROM (
        SELECT *, (created, attempts) AS at FROM ingest_failures
        WHERE collection = {collection:String} AND photo_id NOT IN (SELECT id FROM `$table`)
    ) AS f
    GROUP BY photo_id
)
WHERE {reason:String} = '' OR reason = {reason:String}
ORDER BY created DESC, photo_id
LIMIT {limit:UInt64}
