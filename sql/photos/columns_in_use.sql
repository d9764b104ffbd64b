-- Which of the columns that tiles show say anything of any photo.
-- result: a column for each, 1 or 0
SELECT max(description != '') AS description, max(photographer != '') AS photographer,
    max(camera != '') AS camera, max(city != '') AS city, max(country != '') AS country,
    max(views IS NOT NULL) AS views, max(downloads IS NOT NULL) AS downloads,
    max(duplicate_of != '') AS duplicate_of, max(label IS NOT NULL) AS label
FROM `$table`
