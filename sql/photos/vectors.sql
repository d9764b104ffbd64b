-- Vectors of some photos, in no order. One thread: several take longer to begin than they save.
-- parameters: ids Array(String)
-- result: id String, vector Array(Float32)
SELECT id, vector FROM `$table` WHERE id IN {ids:Array(String)}
SETTINGS max_threads = 1
