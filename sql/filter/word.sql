-- A column of words is a text, or holds it.
-- $column: its name; $at: number of the condition
-- parameters: word$at String, a regular expression of vecdb/accents.py
ifNull(match(`$column`, {word$at:String}), false)
