-- What people answered in audits. Append-only: the answer with the highest seq counts.
-- columns: audit_id: one audit of one concept; answer: 1 a match, -1 none, 0 not sure
CREATE TABLE IF NOT EXISTS audit_answers (
    audit_id String, photo_id String, seq UInt64, answer Int8, created DateTime64(6, 'UTC')
) ENGINE = MergeTree ORDER BY (audit_id, photo_id, seq)
SETTINGS non_replicated_deduplication_window = 1000
