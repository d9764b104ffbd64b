-- Photos with their vectors, by id.
-- parameters: after String, the last id of the page before; prefix String of the ids; k UInt64
-- result: id String, vector Array(Float32)
SELECT id, vector FROM `$table`
WHERE id > {after:String} AND startsWith(id, {prefix:String}) ORDER BY id LIMIT {k:UInt64}
