"""The base of all endpoints, and those about people and organizations."""
