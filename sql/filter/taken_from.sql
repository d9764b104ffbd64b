-- Taken at this time (seconds since 1970, UTC) or later.
taken >= toDateTime({taken_from:UInt32}, 'UTC')
