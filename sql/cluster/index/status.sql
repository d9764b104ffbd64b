-- The state of a collection's vector index over all shards, one replica of each.
-- parameters: table String
-- result: kind String, empty without an index; rows, indexed UInt64 photos in all and under the
--         index; progress Float64 of a build, 0 to 1; building UInt8; failure String; bytes UInt64
WITH
    concat({table:String}, '.local') AS own,
    (SELECT currentDatabase()) AS here,
    (SELECT any(type_full) FROM system.data_skipping_indices
        WHERE database = here AND table = own AND name = 'vindex') AS found,
    (SELECT avg(progress) FROM cluster('$cluster', system.merges)
        WHERE database = here AND table = own AND is_mutation) AS moving,
    (SELECT (count(), any(latest_fail_reason)) FROM cluster('$cluster', system.mutations)
        WHERE database = here AND table = own AND NOT is_done
            AND command LIKE '%MATERIALIZE INDEX%') AS mutations
SELECT found AS kind, ifNotFinite(moving, 0) AS progress,
    toUInt8(mutations.1 > 0) AS building, mutations.2 AS failure,
    sum(parts.rows) AS rows, sumIf(parts.rows, size > 0) AS indexed, sum(size) AS bytes
FROM (
    SELECT rows, secondary_indices_compressed_bytes AS size FROM cluster('$cluster', system.parts)
    WHERE active AND database = here AND table = own
) AS parts
