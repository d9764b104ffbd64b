-- Photos that could not be ingested, and why; a later success does not remove the row.
-- columns: permanent: 1 where trying the same address again is in vain; attempts: runs that tried
CREATE TABLE IF NOT EXISTS ingest_failures (
    collection String, photo_id String, url String, reason String,
    permanent UInt8, attempts UInt32, created DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY (collection, photo_id, created)
SETTINGS non_replicated_deduplication_window = 1000
