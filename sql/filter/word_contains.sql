-- A column of words holds this text, in either case.
-- $column: its name; $at: number of the condition
-- parameters: word$at String
ifNull(positionCaseInsensitiveUTF8(`$column`, {word$at:String}) > 0, false)
