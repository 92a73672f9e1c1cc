"""Organizations: their settings, their short names, and their end."""
