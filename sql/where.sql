-- How conditions join a search.
-- $condition: predicates of sql/filter
WHERE $condition
