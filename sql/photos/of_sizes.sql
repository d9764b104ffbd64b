-- The files of some sizes that the collection holds photos of.
-- parameters: sizes Array(UInt64), bytes
-- result: id String, url String, digest String, size UInt64
SELECT id, url, digest, size FROM `$table`
WHERE size IN {sizes:Array(UInt64)} AND startsWith(url, 'file:')
