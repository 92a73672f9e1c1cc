"""Scores stored results anew when what they are compared with has changed."""
