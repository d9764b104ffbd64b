-- Photos with one label, not two as `cat|dog`, at most k of each, drawn the same way each time.
-- parameters: k UInt64
-- result: id String, label String
SELECT id, label FROM `$table` WHERE label != '' AND NOT match(assumeNotNull(label), '[|;]')
ORDER BY label, cityHash64(id) LIMIT {k:UInt64} BY label
