-- Scalar product of two vectors.
CREATE FUNCTION IF NOT EXISTS dot AS (v, q) -> dotProduct(v, q)
