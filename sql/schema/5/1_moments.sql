-- Moments are kept until the collection's photos change, which their number alone does not tell.
-- columns: extent: of the photos they were computed from (sql/photos/extent.sql), 0 before this
ALTER TABLE moments ADD COLUMN IF NOT EXISTS extent UInt64 DEFAULT 0
