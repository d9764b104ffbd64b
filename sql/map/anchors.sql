-- The photos of a map that others are placed by.
-- $table: the collection; parameters: collection String, version UInt64
-- result: x, y Float32, place UInt16, vector Array(Float32)
SELECT m.x AS x, m.y AS y, m.place AS place, p.vector AS vector
FROM `$table` AS p INNER JOIN map_points AS m ON p.id = m.photo_id AND p.revision = m.revision
WHERE m.collection = {collection:String} AND m.version = {version:UInt64} AND m.anchor = 1
ORDER BY p.id
