"""Tuning: similarity heads on stored vectors, image-text models on captions."""

import commandline.limits  # noqa: F401  # before numpy and its kind
