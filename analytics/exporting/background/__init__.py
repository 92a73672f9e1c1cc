"""Exports that are too large for a request: ordered by people, written by workers, fetched and forgotten."""
