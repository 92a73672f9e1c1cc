"""Exports, patterns and acts on many results, for programs."""
