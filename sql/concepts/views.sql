-- The views of a concept in this database, whatever the concept is called now.
-- parameters: concept String, its id
-- result: name String
SELECT name FROM system.tables
WHERE database = currentDatabase() AND engine = 'View'
    AND position(as_select, concat('''', {concept:String}, '''')) > 0
ORDER BY name
