-- Record what a collection's encoder is called now, and what tells its weights and settings.
-- parameters: name String, encoder String, fingerprint String
ALTER TABLE collections
UPDATE encoder = {encoder:String}, fingerprint = {fingerprint:String}
WHERE name = {name:String}
SETTINGS mutations_sync = 2
