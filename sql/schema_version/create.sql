-- The version of the schema; the highest row counts.
CREATE TABLE IF NOT EXISTS schema_version (
    version UInt32, updated DateTime DEFAULT now()
) ENGINE = MergeTree ORDER BY version
