-- A column of the source's own lies between two numbers or two times, all inclusive.
-- $at: number of the condition
-- parameters: name$at String; low$at, high$at Float64; since$at, until$at Int64, ms since 1970
extra_numbers[{name$at:String}] BETWEEN {low$at:Float64} AND {high$at:Float64}
    AND mapContains(extra_numbers, {name$at:String})
OR toUnixTimestamp64Milli(extra_times[{name$at:String}])
        BETWEEN {since$at:Int64} AND {until$at:Int64}
    AND mapContains(extra_times, {name$at:String})
OR ifNull(toFloat64OrNull(extra[{name$at:String}])
        BETWEEN {low$at:Float64} AND {high$at:Float64}, false)
