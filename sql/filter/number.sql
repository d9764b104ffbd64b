-- A column of numbers lies between two numbers, both inclusive.
-- $column: its name; $at: number of the condition
-- parameters: low$at, high$at Float64
ifNull(toFloat64(`$column`) BETWEEN {low$at:Float64} AND {high$at:Float64}, false)
