-- Remove a collection's table with every photo.
DROP TABLE IF EXISTS `$table` SYNC
