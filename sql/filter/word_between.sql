-- A column of words holds a number between two others, both inclusive.
-- $column: its name; $at: number of the condition
-- parameters: low$at, high$at Float64
ifNull(toFloat64OrNull(`$column`) BETWEEN {low$at:Float64} AND {high$at:Float64}, false)
