-- k photos drawn uniformly, with what a map is made of.
-- $table: the collection; parameters: k UInt64
-- result: id String, revision UInt64, vector Array(Float32)
SELECT id, revision, vector FROM `$table` ORDER BY sipHash64(id), id LIMIT {k:UInt64}
