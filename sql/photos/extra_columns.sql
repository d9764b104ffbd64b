-- The names of the source's own columns, each once.
-- result: name String, by name
SELECT DISTINCT name FROM (
    SELECT arrayJoin(mapKeys(extra)) AS name FROM `$table`
    UNION ALL SELECT arrayJoin(mapKeys(extra_numbers)) FROM `$table`
    UNION ALL SELECT arrayJoin(mapKeys(extra_times)) FROM `$table`
    UNION ALL SELECT arrayJoin(mapKeys(extra_flags)) FROM `$table`
)
ORDER BY name
