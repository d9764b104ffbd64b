-- Which engine answers, whatever the address called it.
-- result: myscale UInt8
SELECT toUInt8(count() > 0) AS myscale FROM system.tables
WHERE database = 'system' AND name = 'vector_indices'
