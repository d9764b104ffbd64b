-- Photos that could not be ingested, and why; a later success does not remove the row.
CREATE TABLE IF NOT EXISTS ingest_failures (
    collection String, photo_id String, url String, reason String, created DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY (collection, photo_id, created)
SETTINGS non_replicated_deduplication_window = 1000
