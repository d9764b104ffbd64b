"""How good the learner is: simulated users on labelled sets, rivals, the audit's coverage."""
