-- Every collection with the number of its photos, by name.
-- result: name String, encoder String, dim UInt32, created DateTime64, count UInt64,
--   fingerprint String
SELECT name, encoder, dim, created, count, fingerprint
FROM (SELECT * FROM collections ORDER BY name, created LIMIT 1 BY name) AS c
LEFT JOIN (
    SELECT table, sum(rows) AS count FROM system.parts
    WHERE active AND database = currentDatabase() GROUP BY table
) AS p ON c.name = p.table
ORDER BY name
