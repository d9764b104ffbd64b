-- A piece of the file's name or its folders: of the id or of the address.
-- parameters: place String, a regular expression of vecdb/accents.py
(match(id, {place:String}) OR match(decodeURLComponent(url), {place:String}))
