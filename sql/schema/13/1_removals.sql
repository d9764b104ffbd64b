-- Photos that were taken out of a collection although people had answered about them: the same
-- picture gets its id, and so its answers, when it comes back, and no other picture does.
-- columns: digest: sha256 of the picture's bytes; size: of its file, bytes
CREATE TABLE IF NOT EXISTS removals (
    collection String, photo_id String, digest String, size UInt64, created DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree(created) ORDER BY (collection, photo_id)
