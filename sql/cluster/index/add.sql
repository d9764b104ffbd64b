-- Declare the vector index on every shard; what is stored already is indexed by index/build.
-- $dim: numbers in a vector
ALTER TABLE `$table.local` ON CLUSTER `$cluster` ADD INDEX IF NOT EXISTS vindex vector
    TYPE vector_similarity('hnsw', 'cosineDistance', $dim, 'bf16', 32, 128)
