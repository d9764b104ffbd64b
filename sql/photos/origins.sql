-- Where some photos come from, which bytes they are, and what tells that they changed.
-- parameters: ids Array(String)
-- result: id String, url String, digest String (sha256 in hex, empty where not known),
--     modified Float64, size UInt64, mark UInt64 (all 0 where not known), named_by String,
--     sources Array(String): what in `given` begins what another source says
SELECT id, url, digest, modified, size, mark, toString(named_by) AS named_by,
    arrayFilter(word -> startsWith(word, 'from:'), given) AS sources FROM `$table`
WHERE id IN {ids:Array(String)}
