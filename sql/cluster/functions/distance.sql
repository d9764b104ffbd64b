-- The name MyScale uses, so that the same query reads the same everywhere; still uses an index.
CREATE FUNCTION IF NOT EXISTS distance ON CLUSTER `$cluster` AS (v, q) -> cosineDistance(v, q)
