-- One concept as it is now.
-- parameters: id String
SELECT * FROM concepts WHERE id = {id:String} ORDER BY version DESC LIMIT 1
