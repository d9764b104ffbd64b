"""The part of the Data page where similarity heads are trained."""
