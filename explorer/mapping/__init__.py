"""Maps of collections: all photos as points in two dimensions, made once and kept."""
