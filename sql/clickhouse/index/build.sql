-- Index what is stored, in the background; searches go on meanwhile.
ALTER TABLE `$table` MATERIALIZE INDEX vindex SETTINGS mutations_sync = 0
