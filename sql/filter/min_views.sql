-- Seen at least so often.
views >= {min_views:UInt64}
