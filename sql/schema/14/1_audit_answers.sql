-- Who gave an answer; empty where nobody said.
ALTER TABLE audit_answers ADD COLUMN IF NOT EXISTS `by` LowCardinality(String) DEFAULT ''
