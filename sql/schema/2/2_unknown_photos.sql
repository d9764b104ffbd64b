-- What stood for unknown until now becomes NULL.
-- $table: a collection
ALTER TABLE `$table` UPDATE
    width = nullIf(width, 0), height = nullIf(height, 0),
    taken = nullIf(taken, toDateTime64(0, 0, 'UTC')),
    views = nullIf(views, 0), downloads = nullIf(downloads, 0), label = nullIf(label, '')
WHERE 1
SETTINGS mutations_sync = 2
