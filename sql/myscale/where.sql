-- How conditions join a search: here they must hold before the nearest are looked for.
-- $condition: predicates of sql/filter
PREWHERE $condition
