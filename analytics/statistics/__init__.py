"""The statistics of comparisons. Pure: no Django, no I/O. docs/evaluation.md says what is computed and why."""
