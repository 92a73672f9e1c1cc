"""Changes to projects, instruction versions and batches: each checks, then writes in one transaction.

`user` is who asks; None stands for the command line, which may do everything.
"""
