-- The corrections of a set of classes that count, without those taken back, in the order in which they were given.
-- parameters: set String
-- result: photo_id String, class String, vector Array(Float32)
SELECT photo_id, class, vector FROM (
    SELECT photo_id, class, vector, seq FROM class_corrections WHERE set_id = {set:String}
    ORDER BY seq DESC LIMIT 1 BY photo_id
)
WHERE notEmpty(vector)
ORDER BY seq
