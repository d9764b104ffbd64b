-- What is known of some photos, in no order.
-- parameters: ids Array(String)
SELECT * EXCEPT (vector, modified, size, mark, given, named_by, revision) FROM `$table` WHERE id IN {ids:Array(String)}
