-- Which of some addresses the collection holds photos of.
-- parameters: ids Array(String), the addresses
-- result: url String
SELECT DISTINCT url FROM `$table` WHERE url IN {ids:Array(String)}
