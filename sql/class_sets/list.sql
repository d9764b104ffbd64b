-- Classes as they are now, with how many photos were corrected, the latest changed first.
-- parameters: id String, empty for all; encoder String, empty for every encoder; deleted UInt8
-- result: the columns of class_sets without version; corrected UInt64; latest UInt64, the highest
--   number that a row of the classes or of their corrections was ordered by
SELECT sets.* EXCEPT version, corrected, greatest(version, counts.seq) AS latest
FROM (SELECT * FROM class_sets ORDER BY id, version DESC LIMIT 1 BY id) AS sets
LEFT JOIN (
    SELECT set_id, countIf(stands) AS corrected, max(latest) AS seq FROM (
        SELECT set_id, argMax(notEmpty(vector), seq) AS stands, max(seq) AS latest
        FROM class_corrections
        GROUP BY set_id, photo_id
    ) GROUP BY set_id
) AS counts ON counts.set_id = sets.id
WHERE deleted = {deleted:UInt8} AND {encoder:String} IN ('', encoder) AND {id:String} IN ('', id)
ORDER BY updated DESC, id
