-- Index what is stored, on every shard in the background; searches go on meanwhile.
ALTER TABLE `$table.local` ON CLUSTER `$cluster` MATERIALIZE INDEX vindex SETTINGS mutations_sync = 0
