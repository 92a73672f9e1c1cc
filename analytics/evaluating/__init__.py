"""What the command `evaluate` does: read its arguments, import, run, report."""
