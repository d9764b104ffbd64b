-- Concepts as they are now, the latest changed first.
-- parameters: collection String, empty for every collection; deleted UInt8
SELECT * EXCEPT version
FROM (SELECT * FROM concepts ORDER BY id, version DESC LIMIT 1 BY id)
WHERE deleted = {deleted:UInt8} AND {collection:String} IN ('', collection)
ORDER BY updated DESC, id
