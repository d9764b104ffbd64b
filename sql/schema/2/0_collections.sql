-- What tells the weights and settings that made a collection's vectors; empty where nobody said.
ALTER TABLE collections ADD COLUMN IF NOT EXISTS fingerprint String
