-- The table that stands for a collection: rows go to shards by id, and searches to all of them.
-- $table: its name; the shards' own tables are $table.local; $cluster
CREATE TABLE IF NOT EXISTS `$table` ON CLUSTER `$cluster` AS `$table.local`
ENGINE = Distributed('$cluster', currentDatabase(), '$table.local', sipHash64(id))
