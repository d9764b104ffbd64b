-- The version of a concept as it is now: far less to read than the concept.
-- parameters: id String
-- result: version UInt64, 0 where there is no such concept
SELECT max(version) AS version FROM concepts WHERE id = {id:String}
