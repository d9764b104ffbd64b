-- Note those of some photos that people answered about, in concepts that were deleted, too.
-- $table: the collection's table
-- parameters: collection String; collections Array(String), it and those derived from it;
--     ids Array(String)
INSERT INTO removals
SELECT {collection:String}, id, digest, size, now64(6, 'UTC') FROM `$table`
WHERE id IN {ids:Array(String)} AND digest != '' AND id IN (
    SELECT photo_id FROM labels WHERE label != 0
        AND concept_id IN (SELECT id FROM concepts WHERE collection IN {collections:Array(String)})
)
