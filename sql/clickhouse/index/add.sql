-- Declare the vector index; what is stored already is indexed by index/build.
-- $dim: numbers in a vector
ALTER TABLE `$table` ADD INDEX IF NOT EXISTS vindex vector
    TYPE vector_similarity('hnsw', 'cosineDistance', $dim, 'bf16', 32, 128)
