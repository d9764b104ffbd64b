-- Which collections exist. One row each; a photos table of the same name belongs to each row.
-- columns: encoder: what made the vectors; dim: numbers in a vector; created: UTC
CREATE TABLE IF NOT EXISTS collections (
    name String, encoder String, dim UInt32, created DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
