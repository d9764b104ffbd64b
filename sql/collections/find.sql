-- One collection; no row when there is none of that name. The first row written counts.
-- parameters: name String
-- result: encoder String, dim UInt32, fingerprint String
SELECT encoder, dim, fingerprint FROM collections WHERE name = {name:String} ORDER BY created LIMIT 1
