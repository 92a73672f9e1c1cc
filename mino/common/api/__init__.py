"""What every endpoint of the REST API shares; it knows no application. How it is used: docs/architecture.md."""
