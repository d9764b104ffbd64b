-- What tells that a photo's file or its row in a source has changed; zero and empty where unknown.
-- $table: a collection
ALTER TABLE `$table`
    ADD COLUMN IF NOT EXISTS modified Float64 AFTER added_at,
    ADD COLUMN IF NOT EXISTS size UInt64 AFTER modified,
    ADD COLUMN IF NOT EXISTS mark UInt64 AFTER size,
    ADD COLUMN IF NOT EXISTS given Array(String) AFTER mark,
    ADD COLUMN IF NOT EXISTS revision UInt64 AFTER given
