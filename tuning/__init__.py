"""Tuning: heads on stored vectors that make photos of one kind lie closer together."""
