-- Which of some digests the collection holds pictures of.
-- parameters: ids Array(String), the digests
-- result: digest String
SELECT DISTINCT digest FROM `$table` WHERE digest IN {ids:Array(String)}
