-- Short blocks for photos that are stored from now on; others get them when their parts are merged.
-- $table: a collection
ALTER TABLE `$table` MODIFY SETTING min_compress_block_size = 2048
