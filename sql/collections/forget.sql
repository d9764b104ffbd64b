-- Take a collection off the list.
-- parameters: name String
ALTER TABLE collections DELETE WHERE name = {name:String} SETTINGS mutations_sync = 2
