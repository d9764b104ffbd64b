-- Which of some names a table or a view of this database has.
-- parameters: names Array(String)
-- result: name String
SELECT name FROM system.tables
WHERE database = currentDatabase() AND name IN {names:Array(String)}
