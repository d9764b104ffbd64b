-- A table that holds rows, or keeps none itself as views do, or lacks columns that ours has: before
-- this program has written anything under its name, it is another's.
-- parameters: name String; columns Array(String), of ours
-- result: name String; no row where there is no such table
SELECT name FROM system.tables
WHERE database = currentDatabase() AND name = {name:String} AND (
    engine != 'Distributed' AND ifNull(total_rows, 1) > 0
    OR (
        SELECT count() FROM system.columns
        WHERE database = currentDatabase() AND table = {name:String}
            AND name IN {columns:Array(String)}
    ) != length({columns:Array(String)})
)
