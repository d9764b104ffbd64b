-- The version the database is at; 0 for an empty one.
-- result: version UInt32
SELECT max(version) AS version FROM schema_version
