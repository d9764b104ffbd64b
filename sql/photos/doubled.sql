-- Photos with several rows: their replacement was broken off.
-- result: id String, revision UInt64 of the latest row
SELECT id, max(revision) AS revision FROM `$table`
WHERE id IN (SELECT id FROM `$table` WHERE revision > 0)
GROUP BY id HAVING count() > 1
