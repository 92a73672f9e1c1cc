"""Tries to break MINO: real processes and services of its own, of which some die at any moment.

    make chaos TRIALS=100
    make chaos TRIALS=1 SEED=12345      the trial that printed this seed again

Each trial runs executions while things happen (`happenings`), waits until all have ended, and compares what is in the
database with what the agent's server was asked for (`checks`, `runs`). docs/operations.md tells what must hold.
"""
