"""The people of an organization: who is let in, as what, and how they leave."""
