"""Review: answers that differ from the truth, looked at one after the other, and decided by a key."""
