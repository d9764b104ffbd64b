-- What tells that a collection's stored parts are the ones they were, on one replica of each shard.
-- parameters: table String
-- result: state UInt64
SELECT groupBitXor(sipHash64(name, hash_of_all_files)) AS state
FROM cluster('$cluster', system.parts)
WHERE active AND database = (SELECT currentDatabase())
    AND table = concat({table:String}, '.local')
