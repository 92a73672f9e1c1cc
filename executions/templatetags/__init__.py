"""Tags for the pages of executions."""
