"""`python -m ingest`: source, fetch, decode, encode, store."""
