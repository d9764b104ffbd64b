-- When the photos of a collection were taken, of those whose time is known.
-- result: id String, value Int64 (seconds since 1970)
SELECT id, toInt64(assumeNotNull(taken)) AS value FROM `$table` WHERE taken IS NOT NULL
