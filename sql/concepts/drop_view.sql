-- Remove a concept's view.
DROP VIEW IF EXISTS `$view`
