"""HTTP routes mounted beside the pages."""
