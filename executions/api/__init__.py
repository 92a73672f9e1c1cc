"""Executions and what is in them, for programs."""
