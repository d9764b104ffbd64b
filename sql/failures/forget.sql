-- Forget the failures of a collection.
-- parameters: collection String
ALTER TABLE ingest_failures DELETE WHERE collection = {collection:String} SETTINGS mutations_sync = 2
