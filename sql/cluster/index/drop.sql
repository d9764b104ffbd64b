-- Remove the vector index on every shard.
ALTER TABLE `$table.local` ON CLUSTER `$cluster` DROP INDEX IF EXISTS vindex
SETTINGS mutations_sync = 0
