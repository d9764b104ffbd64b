-- The photos that are named by nothing but the number of their row, by the marks of what was said.
-- parameters: marks Array(UInt64)
-- result: id String, mark UInt64
SELECT id, mark FROM `$table` WHERE mark IN {marks:Array(UInt64)} AND startsWith(id, 'row-')
ORDER BY id
