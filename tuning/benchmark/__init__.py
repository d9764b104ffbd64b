"""What a similarity head gains on a labelled set."""
