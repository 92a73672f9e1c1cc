"""How fast MINO is, beside the floor that bare tools reach in the same run.

    make bench                              everything
    make bench BENCH="import export"        only these
    make bench BENCH="--repeat 3 pages"     three times, and the medians
    make bench BENCH=--help

Most of it needs PostgreSQL and Redis: DATABASE_URL and REDIS_URL say where they are. A database is created there and
dropped again; nothing else is touched. docs/benchmarks.md holds the figures, with machine and date.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime

from benchmarks.figures import HEADER, Figure, medians
from benchmarks.place import has_postgresql, run_in_own_place

BENCHMARKS: Mapping[str, tuple[str, str]] = {
    "import": ("importing", "a file of 100,000 rows x 12 columns becomes a batch"),
    "execution": ("execution", "jobs against an agent that answers after 2 s, and after 200 ms"),
    "export": ("exporting", "100,000 results as csv and xlsx"),
    "rescoring": ("rescoring", "100,000 results are scored anew in the background"),
    "comparison": ("comparison", "two executions of 100,000 rows are compared"),
    "pages": ("pages", "lists, results and jobs among 1,000,000 jobs"),
    "queries": ("queries", "the query of each list with and without its indexes"),
    "statements": ("statements", "the queries at the top of pg_stat_statements, on a server of its own"),
    "analytics": ("analytics", "analytics pages and their roll-up over 1,000,000 jobs"),
    "webhooks": ("webhooks", "10,000 jobs told together, and events told one by one"),
    "load": ("load.measuring", "200 users on pages and the API for five minutes"),
}
"""The names, each with its module and what it does."""
NEEDS_POSTGRESQL = frozenset(
    {"rescoring", "comparison", "export", "pages", "queries", "analytics", "execution", "load", "webhooks"}
)
NEEDS_REDIS = frozenset({"execution", "load", "webhooks"})


def main() -> None:
    """Run what was asked for and print a table for each."""
    arguments = _arguments()
    print(_machine())
    for name in arguments.names or BENCHMARKS:
        print(f"\n## {name}: {BENCHMARKS[name][1]}\n")
        if missing := _missing(name):
            print(f"Left out: set {missing}.")
            continue
        runs = []
        for number in range(arguments.repeat):
            runs.append(run_in_own_place(f"benchmarks.{BENCHMARKS[name][0]}", arguments.scale))
            _show(runs[-1], f"run {number + 1}" if arguments.repeat > 1 else "")
        if arguments.repeat > 1:
            _show(medians(runs), "median")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    listed = "; ".join(f"{name}: {what}" for name, (_, what) in BENCHMARKS.items())
    parser.add_argument("names", nargs="*", metavar="name", help=listed)
    parser.add_argument("--repeat", type=int, default=1, help="how often each is run; the medians are printed too")
    parser.add_argument("--scale", type=float, default=1.0, help="a share of the sizes, to try something out")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"There is no benchmark {unknown[0]!r}. Choose from {', '.join(BENCHMARKS)}.")
    return arguments


def _missing(name: str) -> str:
    if name in NEEDS_POSTGRESQL and not has_postgresql():
        return "DATABASE_URL to a PostgreSQL server"
    if name in NEEDS_REDIS and not os.environ.get("REDIS_URL"):
        return "REDIS_URL"
    return ""


def _machine() -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load before: {load}"
    )


def _show(figures: list[Figure], title: str) -> None:
    if title:
        print(f"{title}\n")
    print("\n".join([HEADER, *(figure.line() for figure in figures)]) + "\n", flush=True)


if __name__ == "__main__":
    main()
