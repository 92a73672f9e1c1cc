"""Making it happen: executions, jobs, sessions, agents, evaluation."""
