-- The photos of a map that the collection still holds as they were placed, in an order that is as
-- good as random: the first n are a sample.
-- $table: the collection; parameters: collection String, version UInt64
-- result: id String, x, y Float32, place UInt16
SELECT p.id AS id, any(m.x) AS x, any(m.y) AS y, any(m.place) AS place
FROM `$table` AS p INNER JOIN map_points AS m ON p.id = m.photo_id AND p.revision = m.revision
WHERE m.collection = {collection:String} AND m.version = {version:UInt64}
GROUP BY p.id
ORDER BY sipHash64(p.id), p.id
