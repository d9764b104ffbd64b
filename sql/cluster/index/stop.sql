-- Stop a build in progress, on every shard.
-- parameters: table String
KILL MUTATION ON CLUSTER `$cluster` WHERE database = currentDatabase()
    AND table = concat({table:String}, '.local') AND command LIKE '%MATERIALIZE INDEX%'
