-- Not one of these photos.
id NOT IN {exclude:Array(String)}
