-- What tells that a collection's photos have changed: how many there are, and a number that moves
-- when one comes, goes or is stored anew. Photos of databases before schema 2 have no added_at.
-- result: count, mark UInt64
SELECT count() AS count,
    groupBitXor(sipHash64(id, digest, ifNull(toString(added_at), ''))) AS mark
FROM `$table`
