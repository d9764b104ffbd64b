-- How many photos satisfy a condition.
-- $condition: predicates from sql/filter
-- result: count UInt64
SELECT count() AS count FROM `$table` WHERE $condition
