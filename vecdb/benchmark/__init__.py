"""`python -m vecdb.benchmark`: inserts, searches and the index, beside other engines."""
