"""The REST API about webhooks."""
