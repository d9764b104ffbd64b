-- The photos that were ingested from some addresses, by their ids.
-- parameters: ids Array(String), the addresses
-- result: id, url String
SELECT id, url FROM `$table` WHERE url IN {ids:Array(String)} ORDER BY id
