-- Whether trying again is in vain, and how often it was tried: what decides about the next run.
ALTER TABLE ingest_failures
    ADD COLUMN IF NOT EXISTS permanent UInt8 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS attempts UInt32 DEFAULT 1
