-- Scalar product of two vectors: this server's dotProduct knows no arrays, its cosine does.
CREATE FUNCTION IF NOT EXISTS dot AS (v, q) ->
    (1 - cosineDistance(v, q)) * L2Norm(v) * L2Norm(q)
