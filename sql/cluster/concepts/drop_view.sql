-- Remove a concept's view on every node.
DROP VIEW IF EXISTS `$view` ON CLUSTER `$cluster`
