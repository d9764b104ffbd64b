-- Not a near-duplicate of an earlier photo.
duplicate_of = ''
