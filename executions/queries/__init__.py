"""What pages ask of many executions at once."""
