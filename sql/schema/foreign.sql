-- Tables of some names that hold rows, or keep none themselves as views do, or lack columns that ours
-- have: before this program has written anything under such a name, they are another's.
-- parameters: names Array(String); columns Array(String), of every such table, empty where unknown
-- result: name String
SELECT name FROM system.tables
WHERE database = currentDatabase() AND name IN {names:Array(String)} AND (
    engine != 'Distributed' AND ifNull(total_rows, 1) > 0
    OR notEmpty({columns:Array(String)}) AND name NOT IN (
        SELECT table FROM system.columns
        WHERE database = currentDatabase() AND table IN {names:Array(String)}
            AND name IN {columns:Array(String)}
        GROUP BY table HAVING count() = length({columns:Array(String)})
    )
)
ORDER BY name
