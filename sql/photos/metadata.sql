-- Everything but the vectors of some photos, in no order.
-- parameters: ids Array(String)
SELECT * EXCEPT vector FROM `$table` WHERE id IN {ids:Array(String)}
