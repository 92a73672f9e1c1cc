"""Live events of executions: written by the engine, read and sent by a process of their own."""
