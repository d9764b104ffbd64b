-- Remove the maps of a collection but one.
-- parameters: collection String, kept UInt64 (0: none is kept)
ALTER TABLE map_layouts DELETE WHERE collection = {collection:String} AND version != {kept:UInt64}
SETTINGS mutations_sync = 2
