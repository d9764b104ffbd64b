-- Classes that people named. A change is another row with a higher version; the highest counts.
-- columns: collection, prefix: the photos they were made for, of a collection whose ids start so;
--          names, templates: in words; threshold: probability below which a photo is of no class;
--          deleted: 1 hides the classes, restore writes 0
CREATE TABLE IF NOT EXISTS class_sets (
    id String, version UInt64, name String, collection String, encoder String, prefix String,
    names Array(String), templates Array(String), threshold Float64,
    created DateTime64(6, 'UTC'), updated DateTime64(6, 'UTC'), deleted UInt8
) ENGINE = ReplacingMergeTree(version) ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000
