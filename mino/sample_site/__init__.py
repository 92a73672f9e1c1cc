"""A small shop of invented goods that MINO serves itself, so that the demo workspace has pages to read."""
