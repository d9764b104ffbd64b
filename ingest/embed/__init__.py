"""`python -m ingest.embed`: vectors of a source's photos in parts, on one machine or many.

Parts lie in clip-retrieval's layout, and `python -m ingest DIR` puts them into a collection.
"""
