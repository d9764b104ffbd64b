-- What people answered. Append-only: a change or an undo is another row, the highest seq counts.
-- columns: label: 1 yes, -1 no, 0 cleared; seq: order of writing; reason: why the photo was shown;
--          action: what the user did, one value for all rows of one click or round
CREATE TABLE IF NOT EXISTS labels (
    concept_id String, photo_id String, seq UInt64, label Int8, round UInt32,
    reason LowCardinality(String), action String, created DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY (concept_id, photo_id, seq)
SETTINGS non_replicated_deduplication_window = 1000
