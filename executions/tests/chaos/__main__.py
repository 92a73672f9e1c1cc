"""`make chaos`: runs trials, prints a report, and fails when anything was not as it must be."""

from __future__ import annotations

import argparse
import secrets
import sys

from executions.tests.chaos.place import own_place
from executions.tests.chaos.report import Report
from executions.tests.chaos.services import missing_programs


def main() -> int:
    """Run the trials that the command line asks for. Answers the exit code."""
    arguments = _arguments()
    if missing := missing_programs():
        print(f"Chaos needs what is not installed: {', '.join(missing)}.", file=sys.stderr)
        return 2
    seed = secrets.randbelow(10**6) * 1000 if arguments.seed is None else arguments.seed
    print(f"{arguments.trials} trials from seed {seed} on", flush=True)
    with own_place() as place:
        from executions.tests.chaos.trials import run_trials  # not sooner: Django is set up on the place

        report = Report()
        try:
            run_trials(place, report, count=arguments.trials, seed=seed, kinds=arguments.only)
        except KeyboardInterrupt:
            print("Interrupted.", flush=True)
    print(report.text(), flush=True)
    return 1 if report.violations or len(report.outcomes) < arguments.trials else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, help="of the first trial; each further one has the next number")
    parser.add_argument("--only", action="append", default=[], help="what may happen, such as 'kill a worker'")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted. Everything that was started has ended.")
