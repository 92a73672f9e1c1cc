"""API keys: how programs say who they are, and what they may do."""
