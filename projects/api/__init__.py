"""Endpoints about projects, instructions, folders, tags, batches and rows."""
