"""Learning: the linear head, its fit, the mining strategies, the audit. Numpy only."""
