"""The commands of `python -m explorer`, one a file."""
