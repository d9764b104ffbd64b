-- The highest revision of a photo.
-- result: latest UInt64
SELECT max(revision) AS latest FROM `$table`
