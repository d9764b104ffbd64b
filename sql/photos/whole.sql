-- Some photos with everything that is stored of them, in no order.
-- parameters: ids Array(String)
SELECT * FROM `$table` WHERE id IN {ids:Array(String)}
