"""A whole number for every photo id, for clients that know photos by number only."""

import hashlib

BITS = 53  # what JavaScript's numbers hold exactly


def photo_number(photo_id: str) -> int:
    """Return the number of a photo: the first 53 bits of the MD5 of its id.

    It stays the same when photos are added. Among a million photos two share one with a chance of
    1 in 18,000; the SQL in photos/numbered.sql computes the same.
    """
    digest = hashlib.md5(photo_id.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - BITS)
