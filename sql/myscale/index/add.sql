-- Declare and build the vector index with the cloud's own algorithm.
ALTER TABLE `$table` ADD VECTOR INDEX vindex vector TYPE MSTG('metric_type=Cosine')
