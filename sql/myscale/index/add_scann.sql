-- Declare and build the vector index on the open-source server, which has no MSTG.
ALTER TABLE `$table` ADD VECTOR INDEX vindex vector TYPE SCANN('metric_type=Cosine')
