#!/usr/bin/env python
"""Django's command line for MINO."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mino.settings")
    from django.core.management import execute_from_command_line

    from mino.env import EnvironmentMistakes

    try:
        execute_from_command_line(sys.argv)
    except EnvironmentMistakes as mistakes:
        # The list says all there is to say; and 1 would mean "below the minimum" for `evaluate`.
        sys.stderr.write(f"{mistakes}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
