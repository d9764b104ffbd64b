"""`python -m ingest.benchmark`: what an ingest costs beside its encoder."""
