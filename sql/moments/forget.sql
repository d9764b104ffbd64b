-- Remove what is kept of a collection's vectors.
-- parameters: name String
ALTER TABLE moments DELETE WHERE collection = {name:String} SETTINGS mutations_sync = 2
