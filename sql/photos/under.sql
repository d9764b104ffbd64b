-- The photos whose addresses begin with a text.
-- parameters: prefix String
-- result: id String, url String
SELECT id, url FROM `$table` WHERE startsWith(url, {prefix:String})
