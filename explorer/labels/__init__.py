"""Labels as files, and what becomes of them."""
