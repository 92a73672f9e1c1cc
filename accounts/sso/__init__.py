"""Organizations' own identity providers: connecting one, signing in by it, and requiring that."""
