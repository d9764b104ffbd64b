-- A column of times lies between two times, both inclusive.
-- $column: its name; $at: number of the condition
-- parameters: since$at, until$at Int64, milliseconds since 1970
ifNull(toUnixTimestamp64Milli(`$column`) BETWEEN {since$at:Int64} AND {until$at:Int64}, false)
