-- Maps of collections: photos placed in two dimensions. A row is written when all its points are.
-- columns: version: the highest of a collection counts; names, xs, ys: of its groups, by number
CREATE TABLE IF NOT EXISTS map_layouts (
    collection String, version UInt64, made DateTime64(6, 'UTC'),
    names Array(String), xs Array(Float32), ys Array(Float32)
) ENGINE = MergeTree ORDER BY (collection, version)
SETTINGS non_replicated_deduplication_window = 1000
