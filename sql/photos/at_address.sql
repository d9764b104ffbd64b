-- The photo that was ingested from an address, the first by id where there are several.
-- parameters: url String
-- result: id String
SELECT id FROM `$table` WHERE url = {url:String} ORDER BY id LIMIT 1
