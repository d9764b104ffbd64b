-- Taken before this time (seconds since 1970, UTC), of a photo whose time is known.
taken > toDateTime(0, 'UTC') AND taken < toDateTime({taken_before:UInt32}, 'UTC')
