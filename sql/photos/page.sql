-- Photos by id, with their vectors, k after one.
-- parameters: after, prefix String (of the ids, empty for all); k UInt64
-- result: id String, vector Array(Float32)
SELECT id, vector FROM `$table`
WHERE id > {after:String} AND startsWith(id, {prefix:String})
ORDER BY id LIMIT {k:UInt64}
