-- Score a whole collection with a saved concept in one statement, best first.
-- parameters: concept String, k UInt32, skip UInt64
-- result: id String, score Float64 descending, ties by id; only photos that reach the threshold
WITH
    (SELECT argMax((weights, bias, threshold), version) FROM concepts
        WHERE id = {concept:String}) AS head
SELECT id, 1 / (1 + exp(-(dot(vector, head.1) + head.2))) AS score
FROM `$table` WHERE score >= head.3
ORDER BY score DESC, id LIMIT {k:UInt32} OFFSET {skip:UInt64}
