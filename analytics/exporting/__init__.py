"""Exports of an execution's results as csv, json and xlsx."""
