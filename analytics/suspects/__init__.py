"""Suspects: cells of truth that independent results contradict with one voice."""
