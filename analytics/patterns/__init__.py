"""Failure patterns: what goes wrong again and again, in one column, in one way, or at one place."""
