-- The table or archive that names a photo; empty where unknown.
-- $table: a collection
ALTER TABLE `$table` ADD COLUMN IF NOT EXISTS named_by LowCardinality(String) AFTER given
