-- Where some photos come from, and which bytes they are.
-- parameters: ids Array(String)
-- result: id String, url String, digest String (sha256 in hex, empty where not known)
SELECT id, url, digest FROM `$table` WHERE id IN {ids:Array(String)}
