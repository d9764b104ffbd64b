-- What tells that a collection's stored parts are the ones they were, without reading a photo: a
-- merge moves it too, though no photo changes then.
-- parameters: table String
-- result: state UInt64
SELECT groupBitXor(sipHash64(name, hash_of_all_files)) AS state FROM system.parts
WHERE active AND database = currentDatabase() AND table = {table:String}
