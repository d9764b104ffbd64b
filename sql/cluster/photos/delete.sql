-- Remove some photos on every shard; done on return.
-- parameters: ids Array(String)
ALTER TABLE `$table.local` ON CLUSTER `$cluster`
DELETE WHERE id IN {ids:Array(String)} SETTINGS mutations_sync = 2
