-- The labels that a collection's photos came with, and how many have each; `cat|dog` are two.
-- result: name String, count UInt64 descending, ties by name
SELECT trimBoth(arrayJoin(splitByRegexp('[|;]', assumeNotNull(label)))) AS name, count() AS count
FROM `$table` WHERE label != ''
GROUP BY name HAVING name != '' ORDER BY count DESC, name
