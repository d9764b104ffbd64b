-- The answers of an audit that count, in the order in which they were given.
-- parameters: audit String
-- result: photo_id String, answer Int8, by String, seq UInt64
SELECT photo_id, answer, `by`, seq FROM (
    SELECT photo_id, answer, `by`, seq FROM audit_answers WHERE audit_id = {audit:String}
    ORDER BY seq DESC LIMIT 1 BY photo_id
)
ORDER BY seq
