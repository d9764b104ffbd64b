-- Whether a view exists in this database.
-- parameters: view String
-- result: name String, no row where there is none
SELECT name FROM system.tables
WHERE database = currentDatabase() AND name = {view:String} AND engine = 'View'
