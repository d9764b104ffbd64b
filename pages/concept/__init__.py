"""The views of an opened concept, one a file."""
