-- A piece of the file's name or its folders, in either case: of the id or of the address.
-- parameters: place String
(positionCaseInsensitiveUTF8(id, {place:String}) > 0
    OR positionCaseInsensitiveUTF8(decodeURLComponent(url), {place:String}) > 0)
