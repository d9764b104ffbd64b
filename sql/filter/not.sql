-- The opposite of a predicate.
-- $predicate: of sql/filter
NOT ($predicate)
