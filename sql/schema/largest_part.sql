-- The size of a table's largest part.
-- parameters: table String
-- result: bytes UInt64, 0 for an empty table
SELECT max(bytes_on_disk) AS bytes FROM system.parts
WHERE active AND database = currentDatabase() AND table = {table:String}
