-- Remove a table on every node, a collection's or a shard's own.
DROP TABLE IF EXISTS `$table` ON CLUSTER `$cluster` SYNC
