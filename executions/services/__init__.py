"""Changes to executions: each checks, writes in one transaction, and enqueues on commit."""
