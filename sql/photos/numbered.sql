-- The photos that some whole numbers stand for (see vecdb/numbers.py), in no order.
-- parameters: numbers Array(UInt64)
-- result: id String
SELECT id FROM `$table` WHERE bitShiftRight(halfMD5(id), 11) IN {numbers:Array(UInt64)}
