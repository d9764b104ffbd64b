-- Photos that two collections hold of which they know different things, their pictures' digests among them, by id.
-- $source, $other: the collections
-- result: id String
SELECT id FROM `$source`
WHERE id IN (SELECT id FROM `$other`) AND (id, cityHash64(toString(tuple(* EXCEPT (vector, modified, size, mark, given, named_by, revision)))))
    NOT IN (SELECT id, cityHash64(toString(tuple(* EXCEPT (vector, modified, size, mark, given, named_by, revision)))) FROM `$other`)
ORDER BY id
