-- What people said of photos' classes. Append-only: the row with the highest seq counts.
-- columns: class: its name, empty for none of the classes; vector: of the photo, which may lie in
--          no collection
CREATE TABLE IF NOT EXISTS class_corrections (
    set_id String, photo_id String, seq UInt64, class String, vector Array(Float32),
    created DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY (set_id, photo_id, seq)
SETTINGS non_replicated_deduplication_window = 1000
