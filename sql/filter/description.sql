-- The description holds this text, in either case.
positionCaseInsensitiveUTF8(description, {description:String}) > 0
