-- How many photos satisfy a condition.
-- $where: sql/where.sql with predicates of sql/filter, or nothing
-- result: count UInt64
SELECT count() AS count FROM `$table` $where
