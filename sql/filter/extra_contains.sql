-- A column of the source's own is a word that holds this text, in either case.
-- $at: number of the condition
-- parameters: name$at, word$at String
mapContains(extra, {name$at:String})
AND positionCaseInsensitiveUTF8(extra[{name$at:String}], {word$at:String}) > 0
