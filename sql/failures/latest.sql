-- The last failure of each of some photos; photos that never failed are left out.
-- parameters: collection String; ids Array(String)
-- result: photo_id String, url String, reason String, permanent UInt8, attempts UInt32,
--     reader String, created
SELECT photo_id, argMax(url, at) AS url, argMax(reason, at) AS reason,
    argMax(permanent, at) AS permanent, argMax(attempts, at) AS attempts,
    argMax(reader, at) AS reader, max(f.created) AS created
FROM (
    SELECT *, (created, attempts) AS at FROM ingest_failures
    WHERE collection = {collection:String} AND photo_id IN {ids:Array(String)}
) AS f
GROUP BY photo_id
