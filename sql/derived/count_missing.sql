-- How many photos a derived collection lacks or knows otherwise.
-- $source, $derived: the collections
-- result: count UInt64
SELECT count() AS count FROM `$source`
WHERE (id, cityHash64(toString(tuple(* EXCEPT vector))))
    NOT IN (SELECT id, cityHash64(toString(tuple(* EXCEPT vector))) FROM `$derived`)
