"""How long a map takes, and how well it keeps who is like whom."""
