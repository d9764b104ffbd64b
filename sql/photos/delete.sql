-- Remove some photos; done on return.
-- parameters: ids Array(String)
ALTER TABLE `$table` DELETE WHERE id IN {ids:Array(String)} SETTINGS mutations_sync = 2
