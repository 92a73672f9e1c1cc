"""A large database where every list is asked for, and what the plans of its queries tell."""
