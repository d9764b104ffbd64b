-- The photos of one collection.
-- Vectors are not compressed: LZ4 gains 8 % and makes a scan of merged parts four times slower.
-- Short granules, because vectors are asked for by id all over the table: 120 of 25,000 cost 13 ms,
-- with granules of 128 20 ms, and with the default of 8192 nearly the whole table.
-- $table: its name; $dim: numbers in a vector
-- columns: url: the picture; taken: 0 when unknown; digest: sha256 of the picture's bytes;
--          duplicate_of: id of a near-duplicate seen earlier; extra: every other source column
CREATE TABLE IF NOT EXISTS `$table` (
    id String, url String, vector Array(Float32) CODEC(NONE),
    width UInt32, height UInt32, description String, photographer String,
    camera LowCardinality(String), country LowCardinality(String), city String,
    taken DateTime('UTC'), views UInt64, downloads UInt64, label String,
    digest String, duplicate_of String, extra Map(String, String),
    CONSTRAINT vec_len CHECK length(vector) = $dim
) ENGINE = MergeTree ORDER BY id
SETTINGS index_granularity = 32, non_replicated_deduplication_window = 1000
