-- The state of a table's vector index.
-- parameters: table String
-- result: kind String, empty without an index; rows, indexed UInt64 photos in all and under the
--         index; progress Float64 of a build, 0 to 1; building UInt8; failure String; bytes UInt64
WITH
    (SELECT any(type_full) FROM system.data_skipping_indices
        WHERE database = currentDatabase() AND table = {table:String} AND name = 'vindex') AS found,
    (SELECT avg(progress) FROM system.merges
        WHERE database = currentDatabase() AND table = {table:String} AND is_mutation) AS moving,
    (SELECT (count(), any(latest_fail_reason)) FROM system.mutations
        WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done
            AND command LIKE '%MATERIALIZE INDEX%') AS mutations
SELECT found AS kind, ifNotFinite(moving, 0) AS progress,
    toUInt8(mutations.1 > 0) AS building, mutations.2 AS failure,
    sum(parts.rows) AS rows, sumIf(parts.rows, size > 0) AS indexed, sum(size) AS bytes
FROM (
    SELECT rows, secondary_indices_compressed_bytes AS size FROM system.parts
    WHERE active AND database = currentDatabase() AND table = {table:String}
) AS parts
