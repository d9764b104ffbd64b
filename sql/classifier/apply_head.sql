-- Every photo a saved classifier accepts, surest first; written out by classifier.to_sql.
-- table: the collection; weights Array(Float32), one number a dimension; bias Float64, in the
-- units of the margin; threshold Float64, a probability.
-- Columns: id, probability.
SELECT
    id,
    1 / (1 + exp(-({bias} + arraySum((x, w) -> x * w, vector, {weights})))) AS probability
FROM {table}
WHERE probability >= {threshold}
ORDER BY probability DESC, id
