"""Tests of how values, forms and templates look."""
