-- Photos that a derived collection lacks or knows otherwise, by id: everything of them.
-- $source, $derived: the collections; parameters: after String, the last id of the page before;
--          k UInt64
SELECT * FROM `$source`
WHERE id > {after:String} AND (id, cityHash64(toString(tuple(* EXCEPT vector))))
    NOT IN (SELECT id, cityHash64(toString(tuple(* EXCEPT vector))) FROM `$derived`)
ORDER BY id LIMIT {k:UInt64}
