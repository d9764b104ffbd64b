-- Which bytes some photos are.
-- parameters: ids Array(String)
-- result: id String, digest String
SELECT id, digest FROM `$table` WHERE id IN {ids:Array(String)}
