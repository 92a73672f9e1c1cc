"""Sets the truth of many rows by a file: how lines find their rows, what they would change, and the change itself."""
