"""Pages about projects, instructions and batches that show no figures of executions (those are in analytics)."""
