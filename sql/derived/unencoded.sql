-- Photos of one collection that another lacks, by id: what is known of them.
-- $source, $other: the collections; parameters: after String, the last id of the page before;
--          k UInt64
SELECT * EXCEPT (vector, modified, size, mark, given, named_by, revision) FROM `$source`
WHERE id > {after:String} AND id NOT IN (SELECT id FROM `$other`)
ORDER BY id LIMIT {k:UInt64}
