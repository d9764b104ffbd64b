-- The version the database is at; 0 for an empty one. A table of that name that is another program's
-- has no such columns.
-- result: version UInt32; updated DateTime
SELECT max(version) AS version, max(updated) AS updated FROM schema_version
