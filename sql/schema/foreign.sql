-- Tables of some names that hold rows, or keep none themselves as views do: before this program has
-- written anything under such a name, they are another's.
-- parameters: names Array(String)
-- result: name String
SELECT name FROM system.tables
WHERE database = currentDatabase() AND name IN {names:Array(String)}
    AND engine != 'Distributed' AND ifNull(total_rows, 1) > 0
ORDER BY name
