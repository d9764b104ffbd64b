-- Vectors of some photos, in no order.
-- parameters: ids Array(String)
-- result: id String, vector Array(Float32)
SELECT id, vector FROM `$table` WHERE id IN {ids:Array(String)}
