"""How people get in, and what protects the way."""
