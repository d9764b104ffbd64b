-- Join each shard's parts: each has a graph of its own, and a later merge would build it once more.
OPTIMIZE TABLE `$table.local` ON CLUSTER `$cluster` FINAL
