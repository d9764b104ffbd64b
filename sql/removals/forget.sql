-- Forget which photos were taken out of a collection.
-- parameters: collection String
ALTER TABLE removals DELETE WHERE collection = {collection:String} SETTINGS mutations_sync = 2
