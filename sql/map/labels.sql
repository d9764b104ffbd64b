-- The label of every photo of a collection, empty where it has none.
-- result: id String, value String
SELECT id, ifNull(label, '') AS value FROM `$table`
