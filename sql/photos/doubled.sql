-- Photos with several rows: their replacement was broken off, or two processes stored them at once.
-- result: id String, latest UInt64, the revision of the latest row
SELECT id, max(revision) AS latest FROM `$table` GROUP BY id HAVING count() > 1 AND latest > 0
