-- The photos whose address, or whose id, ends in one of some file names without their endings.
-- parameters: ids Array(String), the names
-- result: id String; path String, the address without host, query and percent signs
SELECT id,
    if(startsWith(url, 'http') OR startsWith(url, 'file:'), decodeURLComponent(path(url)), url) AS path
FROM `$table`
WHERE replaceRegexpOne(splitByChar('/', path)[-1], '[.][^.]+$$', '') IN {ids:Array(String)}
    OR replaceRegexpOne(splitByChar('/', id)[-1], '[.][^.]+$$', '') IN {ids:Array(String)}
