-- A view that applies a saved concept, for any SQL client: it follows the concept as it is refitted.
-- $view: its name; $table: the collection; $concept: the concept's id, hexadecimal
-- columns: id, url, score (probability, Float64), matches UInt8 (score reaches the threshold)
CREATE OR REPLACE VIEW `$view` AS
WITH head AS (
    SELECT weights, bias, threshold FROM concepts WHERE id = '$concept'
    ORDER BY version DESC LIMIT 1
)
SELECT id, url, 1 / (1 + exp(-(dot(vector, weights) + bias))) AS score,
    toUInt8(score >= threshold) AS matches
FROM `$table` CROSS JOIN head
