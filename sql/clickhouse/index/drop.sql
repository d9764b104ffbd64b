-- Remove the vector index.
ALTER TABLE `$table` DROP INDEX IF EXISTS vindex SETTINGS mutations_sync = 0
