-- The state of a table's vector index. This server counts parts, so rows are estimated from them.
-- parameters: table String
-- result: kind String, empty without an index; rows, indexed UInt64 photos in all and under the
--         index; progress Float64 of a build, 0 to 1; building UInt8; failure String; bytes UInt64
WITH
    (SELECT (any(type), any(status), any(latest_fail_reason),
            if(any(total_parts) > 0,
                any(parts_with_vector_index + small_parts) / any(total_parts), 0))
        FROM system.vector_indices
        WHERE database = currentDatabase() AND table = {table:String} AND name = 'vindex') AS index
SELECT index.1 AS kind, index.4 AS progress, toUInt8(index.2 = 'InProgress') AS building,
    index.3 AS failure, sum(parts.rows) AS rows, toUInt64(sum(parts.rows) * index.4) AS indexed,
    toUInt64(0) AS bytes
FROM (
    SELECT rows FROM system.parts
    WHERE active AND database = currentDatabase() AND table = {table:String}
) AS parts
