-- Which of some ids the collection holds.
-- parameters: ids Array(String)
-- result: id String
SELECT id FROM `$table` WHERE id IN {ids:Array(String)}
