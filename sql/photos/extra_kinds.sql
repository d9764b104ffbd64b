-- The source's own columns with their kinds: word, number, whole (every number is whole), time, flag.
-- result: name String, kind String, by name; a name that is used for several kinds has several rows
SELECT name, if(part = 'number' AND min(whole) = 1, 'whole', part) AS kind FROM (
    SELECT arrayJoin(mapKeys(extra)) AS name, 'word' AS part, 1 AS whole FROM `$table`
    UNION ALL
    SELECT pair.1, 'number', toUInt8(pair.2 = floor(pair.2) AND abs(pair.2) < 9007199254740992)
    FROM (
        SELECT arrayJoin(arrayZip(mapKeys(extra_numbers), mapValues(extra_numbers))) AS pair
        FROM `$table`
    )
    UNION ALL SELECT arrayJoin(mapKeys(extra_times)), 'time', 1 FROM `$table`
    UNION ALL SELECT arrayJoin(mapKeys(extra_flags)), 'flag', 1 FROM `$table`
)
GROUP BY name, part ORDER BY name, part
