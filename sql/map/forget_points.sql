-- Remove the points of all maps of a collection but one.
-- parameters: collection String, kept UInt64 (0: none is kept)
ALTER TABLE map_points DELETE WHERE collection = {collection:String} AND version != {kept:UInt64}
SETTINGS mutations_sync = 2
