-- Record that the database is now at a version.
-- parameters: version UInt32
INSERT INTO schema_version (version) SELECT {version:UInt32}
