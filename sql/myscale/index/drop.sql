-- Remove the vector index; a build in progress stops.
ALTER TABLE `$table` DROP VECTOR INDEX vindex
