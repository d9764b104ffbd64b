-- A column of words is this, in either case and without the spaces around it.
-- $column: its name; $at: number of the condition
-- parameters: word$at String
ifNull(lowerUTF8(trimBoth(`$column`)) = lowerUTF8(trimBoth({word$at:String})), false)
