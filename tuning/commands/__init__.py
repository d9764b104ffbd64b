"""What `python -m tuning` does, a file for each group of subcommands."""
