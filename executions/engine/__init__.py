"""What runs jobs: claiming, running, finishing. The rules are in docs/architecture.md."""
