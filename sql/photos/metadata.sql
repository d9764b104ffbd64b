-- What is known of some photos, in no order.
-- parameters: ids Array(String)
SELECT * EXCEPT (vector, modified, size, mark, given, revision) FROM `$table` WHERE id IN {ids:Array(String)}
