-- One of the photo's labels is this, or all of them as they are stored (`cat|dog`), in either case
-- and without the spaces around it.
-- $column: label; $at: number of the condition
-- parameters: word$at String
isNotNull(`$column`) AND has(
    arrayConcat(
        [lowerUTF8(trimBoth(ifNull(`$column`, '')))],
        arrayMap(x -> lowerUTF8(trimBoth(x)), splitByRegexp('[|;]', ifNull(`$column`, '')))
    ),
    lowerUTF8(trimBoth({word$at:String}))
)
