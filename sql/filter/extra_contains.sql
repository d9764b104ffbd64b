-- A column of the source's own is a word that holds a text.
-- $at: number of the condition
-- parameters: name$at String; word$at String, a regular expression of vecdb/accents.py
mapContains(extra, {name$at:String}) AND match(extra[{name$at:String}], {word$at:String})
