-- What the tiles of some photos say, in no order: a page needs no more, and this takes half as long
-- as every column.
-- parameters: ids Array(String)
SELECT id, url, description, photographer, camera, city, country, views, downloads, duplicate_of,
    label, width, height
FROM `$table` WHERE id IN {ids:Array(String)}
