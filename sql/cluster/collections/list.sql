-- Every collection with the number of its photos on all shards, by name.
-- result: name String, encoder String, dim UInt32, created DateTime64, count UInt64,
--   fingerprint String
SELECT name, encoder, dim, created, count, fingerprint
FROM (SELECT * FROM collections ORDER BY name, created LIMIT 1 BY name) AS c
LEFT JOIN (
    SELECT substring(table, 1, length(table) - length('.local')) AS of, sum(rows) AS count
    FROM cluster('$cluster', system.parts)
    WHERE active AND database = (SELECT currentDatabase()) AND endsWith(table, '.local')
    GROUP BY of
) AS p ON c.name = p.of
ORDER BY name
