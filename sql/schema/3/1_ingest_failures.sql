-- What could not read a failed picture: another version, library or limit may, and tries again.
-- columns: reader: empty where the reason has nothing to do with it
-- Rows of before, by the reasons that reading gave then, count as of another reader.
ALTER TABLE ingest_failures
    ADD COLUMN IF NOT EXISTS reader String DEFAULT if(
        reason IN (
            'not a picture', 'damaged picture', 'too many pixels', 'file too large',
            'a PDF, not a picture', 'an SVG drawing, not a photo'
        ), '1', ''
    )
