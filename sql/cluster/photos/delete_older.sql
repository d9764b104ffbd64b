-- Remove the rows that later ones have replaced, on every shard; done on return.
-- parameters: ids Array(String); revision UInt64 of the later ones
ALTER TABLE `$table.local` ON CLUSTER `$cluster`
DELETE WHERE id IN {ids:Array(String)} AND revision < {revision:UInt64}
SETTINGS mutations_sync = 2
