-- The k photos nearest to a vector by cosine distance, through the index where there is one.
-- A second sort key would silently turn the index off, and so would a condition read first. Reading
-- the ids only after the sort costs a millisecond more than reading them at once.
-- $columns: further columns, or nothing; $where: sql/where.sql with predicates of sql/filter, or nothing
-- $fetch: how many times k the index is asked for, to have enough left after the condition
-- $room: how many candidates the graph search keeps
-- $literal: the vector as an array literal: of a parameter the driver looks at every letter
-- parameters: k UInt32
-- result: id String, dist Float64 ascending, to the precision of the index's 16-bit numbers
SELECT id, distance(vector, $literal) AS dist$columns
FROM `$table` $where
ORDER BY dist LIMIT {k:UInt32}
SETTINGS vector_search_filter_strategy = 'postfilter',
    vector_search_index_fetch_multiplier = $fetch,
    hnsw_candidate_list_size_for_search = $room,
    query_plan_optimize_lazy_materialization = 0,
    max_limit_for_vector_search_queries = 100000
