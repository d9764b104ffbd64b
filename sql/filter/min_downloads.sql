-- Downloaded at least so often.
downloads >= {min_downloads:UInt64}
