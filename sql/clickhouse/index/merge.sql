-- Join a table's parts: each has a graph of its own, and a later merge would build it once more.
OPTIMIZE TABLE `$table` FINAL
