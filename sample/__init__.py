"""The sample collection."""

import commandline.limits  # noqa: F401  # before numpy and its kind
