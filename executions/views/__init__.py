"""Pages about executions and jobs."""
