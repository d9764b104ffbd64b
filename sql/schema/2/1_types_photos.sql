-- Columns that may be unknown, times before 1970, and typed columns of the source's own.
-- $table: a collection
ALTER TABLE `$table`
    MODIFY COLUMN width Nullable(UInt32),
    MODIFY COLUMN height Nullable(UInt32),
    MODIFY COLUMN taken Nullable(DateTime64(0, 'UTC')),
    MODIFY COLUMN views Nullable(UInt64),
    MODIFY COLUMN downloads Nullable(UInt64),
    MODIFY COLUMN label Nullable(String),
    ADD COLUMN IF NOT EXISTS extra_numbers Map(String, Float64) AFTER extra,
    ADD COLUMN IF NOT EXISTS extra_times Map(String, DateTime64(3, 'UTC')) AFTER extra_numbers,
    ADD COLUMN IF NOT EXISTS extra_flags Map(String, Bool) AFTER extra_times,
    ADD COLUMN IF NOT EXISTS added_at Nullable(DateTime64(0, 'UTC')) AFTER extra_flags
SETTINGS mutations_sync = 2
