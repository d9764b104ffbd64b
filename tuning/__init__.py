"""Tuning: similarity heads on stored vectors, image-text models on captions."""
