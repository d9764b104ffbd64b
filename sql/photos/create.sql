-- The photos of one collection.
-- Vectors are not compressed: LZ4 gains 8 % and makes a scan of merged parts four times slower.
-- Short granules, because vectors are asked for by id all over the table: 120 of 25,000 cost 13 ms,
-- with granules of 128 20 ms, and with the default of 8192 nearly the whole table. Short blocks for
-- the same reason: of the default's 64 KiB a granule of words needs a hundredth, and 25 tiles of a
-- million took half as long again.
-- $table: its name; $dim: numbers in a vector
-- columns: url: the picture; digest: sha256 of the picture's bytes; duplicate_of: id of a
--          near-duplicate seen earlier; extra, extra_numbers, extra_times, extra_flags: every other
--          source column by its type; added_at: when it was stored; NULL stands for unknown;
--          modified, size: of its file (seconds since 1970, bytes); mark: of what its source says;
--          given: the columns its source gives, and behind `from:MARK:SOURCE` those of others
--          (ingest/provenance.py); named_by: the table or archive that names it;
--          revision: the highest of several rows counts
CREATE TABLE IF NOT EXISTS `$table` (
    id String, url String, vector Array(Float32) CODEC(NONE),
    width Nullable(UInt32), height Nullable(UInt32), description String, photographer String,
    camera LowCardinality(String), country LowCardinality(String), city String,
    taken Nullable(DateTime64(0, 'UTC')), views Nullable(UInt64), downloads Nullable(UInt64),
    label Nullable(String), digest String, duplicate_of String, extra Map(String, String),
    extra_numbers Map(String, Float64), extra_times Map(String, DateTime64(3, 'UTC')),
    extra_flags Map(String, Bool), added_at Nullable(DateTime64(0, 'UTC')),
    modified Float64, size UInt64, mark UInt64, given Array(String),
    named_by LowCardinality(String), revision UInt64,
    CONSTRAINT vec_len CHECK length(vector) = $dim
) ENGINE = MergeTree ORDER BY id
SETTINGS index_granularity = 32, min_compress_block_size = 2048,
    non_replicated_deduplication_window = 1000
