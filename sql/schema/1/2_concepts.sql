-- Saved concepts. A change is another row with a higher version; the highest version counts.
-- columns: weights, bias: the head, margin = weights . vector + bias; threshold: probability;
--          settings, audit: JSON objects; deleted: 1 hides the concept, restore writes 0
CREATE TABLE IF NOT EXISTS concepts (
    id String, version UInt64, name String, collection String, encoder String, prompt String,
    weights Array(Float32), bias Float64, threshold Float64, round UInt32,
    settings String, audit String,
    created DateTime64(6, 'UTC'), updated DateTime64(6, 'UTC'), deleted UInt8
) ENGINE = ReplacingMergeTree(version) ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000
