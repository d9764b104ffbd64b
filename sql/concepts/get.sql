-- One concept as it is now.
-- parameters: id String
SELECT * EXCEPT version FROM concepts WHERE id = {id:String} ORDER BY version DESC LIMIT 1
