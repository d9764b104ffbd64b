-- A column of the source's own is this: a word, a number, a time, true or false.
-- $at: number of the condition
-- parameters: name$at String; word$at String, a regular expression of vecdb/accents.py; low$at,
-- high$at Float64; since$at, until$at Int64, ms
mapContains(extra, {name$at:String})
    AND (match(extra[{name$at:String}], {word$at:String})
        OR ifNull(toFloat64OrNull(extra[{name$at:String}])
            BETWEEN {low$at:Float64} AND {high$at:Float64}, false))
OR mapContains(extra_numbers, {name$at:String})
    AND extra_numbers[{name$at:String}] BETWEEN {low$at:Float64} AND {high$at:Float64}
OR mapContains(extra_times, {name$at:String})
    AND toUnixTimestamp64Milli(extra_times[{name$at:String}])
        BETWEEN {since$at:Int64} AND {until$at:Int64}
OR mapContains(extra_flags, {name$at:String})
    AND (match(if(extra_flags[{name$at:String}], 'true', 'false'), {word$at:String})
        OR toFloat64(extra_flags[{name$at:String}])
            BETWEEN {low$at:Float64} AND {high$at:Float64})
