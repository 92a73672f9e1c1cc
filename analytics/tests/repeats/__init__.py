"""Tests of repeats."""
