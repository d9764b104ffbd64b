-- Stop a build in progress.
-- parameters: table String
KILL MUTATION WHERE database = currentDatabase() AND table = {table:String}
    AND command LIKE '%MATERIALIZE INDEX%'
