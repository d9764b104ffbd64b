-- Scalar product of two vectors.
CREATE FUNCTION IF NOT EXISTS dot ON CLUSTER `$cluster` AS (v, q) -> dotProduct(v, q)
