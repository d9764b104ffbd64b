-- The photos that were ingested from some addresses.
-- parameters: ids Array(String), the addresses
-- result: id, url String
SELECT id, url FROM `$table` WHERE url IN {ids:Array(String)}
