-- Photos of a derived collection that its source no longer has, or has otherwise.
-- $source, $derived: the collections; parameters: k UInt64
-- result: id String
SELECT id FROM `$derived`
WHERE (id, cityHash64(toString(tuple(* EXCEPT vector))))
    NOT IN (SELECT id, cityHash64(toString(tuple(* EXCEPT vector))) FROM `$source`)
LIMIT {k:UInt64}
