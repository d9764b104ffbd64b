-- Who gave a label; empty where nobody said.
ALTER TABLE labels ADD COLUMN IF NOT EXISTS `by` LowCardinality(String) DEFAULT ''
