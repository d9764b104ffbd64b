"""What tuning gains, and how fast it is."""
