"""Comparison of executions: pairing, figures, what flipped and why, what forbids a conclusion."""
