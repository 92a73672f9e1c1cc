"""`python manage.py evaluate`: a file of sites becomes evaluated results. docs/command-line.md tells all."""

from __future__ import annotations

import sys
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from analytics.evaluating.arguments import (
    BadInput,
    Request,
    existing_file,
    export_file,
    instructions,
    option_pairs,
    pairs,
    percent,
    whole_number,
)
from analytics.evaluating.evaluation import BAD_INPUT, evaluate
from analytics.evaluating.terminal import Terminal
from executions.agents.registry import AGENTS
from executions.models.execution import MAX_CONCURRENCY, MAX_SAMPLE

EXAMPLES = """\
examples:
  python manage.py evaluate shops.csv --instructions "Return the price and the SKU of the product."
  python manage.py evaluate shops.csv --instructions @shops.txt --types price=number \\
      --options 'price.tolerance=0.01,name.threshold=0.9' --min-accuracy 90 --export results.xlsx
  python manage.py evaluate shops.csv --results answers.csv --json

The truth stands in the columns whose names begin with expected_ (expected_price: the field price).
The exit code is 0, or 1 when the accuracy is below --min-accuracy or the result is worse than --baseline, 2 when
something that was given can't be used or the agent could not go on, 130 when it was interrupted (what is done is kept).
"""


class HelpFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's own options last, and the line breaks of the examples kept."""


class Command(BaseCommand):
    """Reads arguments; the work is done in `analytics.evaluating`."""

    help = "Run an agent over a table of sites and compare what it extracts with the known truth."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser whose help ends with the examples, and which raises CommandError instead of printing its usage."""
        parser = super().create_parser(prog_name, subcommand, epilog=EXAMPLES, formatter_class=HelpFormatter, **kwargs)
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Run what a command line says; a mistake in it is told in a sentence, and the exit code is 2."""
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            mistake = str(error).removeprefix("Error: ").removeprefix("argument ")
            hint = f"All options are told by: python {argv[0]} {argv[1]} --help"
            Terminal().say(f"{mistake[:1].upper()}{mistake[1:]}.\n{hint}")
            sys.exit(BAD_INPUT)

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what may be given."""
        parser.add_argument("file", type=existing_file, metavar="FILE", help="the sites: CSV, TSV or XLSX")
        self._add_what(parser)
        self._add_how(parser)
        self._add_output(parser)

    def _add_what(self, parser: CommandParser) -> None:
        group = parser.add_argument_group("what to extract and how to compare it")
        group.add_argument(
            "--instructions",
            type=instructions,
            metavar="TEXT|@FILE",
            help="what the agent is told; {{column}} stands for the row's value, and a line such as "
            "'price: css=.amount' tells the agent local where a field is",
        )
        group.add_argument(
            "--url-column", metavar="COLUMN", help="the column with the addresses (site_url, or else it is guessed)"
        )
        group.add_argument(
            "--key-column",
            metavar="COLUMN",
            help="the column that tells rows apart, one value a row ('': none; else a column such as id is guessed)",
        )
        group.add_argument(
            "--types",
            type=pairs,
            action="append",
            default=[],
            metavar="FIELD=TYPE,...",
            help="types of fields: text, number, url, email, date, phone, boolean (else they are guessed)",
        )
        group.add_argument(
            "--options",
            type=option_pairs,
            action="append",
            default=[],
            metavar="FIELD.OPTION=VALUE,...",
            help="how fields are compared, such as price.tolerance=0.01; may be repeated, and a value with a comma is "
            "quoted as in CSV",
        )
        group.add_argument(
            "--results",
            type=existing_file,
            metavar="ANSWERS",
            help="score these answers and run no agent: a table with the key or the URL, the fields, and perhaps error",
        )

    def _add_how(self, parser: CommandParser) -> None:
        group = parser.add_argument_group("how to run it")
        group.add_argument("--agent", choices=list(AGENTS), help="who extracts (local)")
        group.add_argument(
            "--agent-settings",
            type=pairs,
            action="append",
            default=[],
            metavar="NAME=VALUE,...",
            help="what this agent is told besides, such as render=auto for local",
        )
        group.add_argument(
            "--concurrency",
            type=whole_number(1, MAX_CONCURRENCY),
            default=8,
            metavar="N",
            help=f"how many sites at once, 1 to {MAX_CONCURRENCY} (8)",
        )
        group.add_argument(
            "--sample",
            type=whole_number(1, MAX_SAMPLE),
            metavar="N",
            help="only N rows: the first ones, or with --seed random ones",
        )
        group.add_argument(
            "--seed", type=whole_number(0, 2**31 - 1), metavar="S", help="draws the same sample each time"
        )
        group.add_argument("--project", default="", metavar="NAME", help="the project (named like the file)")
        group.add_argument(
            "--organization", default="", metavar="SLUG", help="the organization (local, which is made when needed)"
        )

    def _add_output(self, parser: CommandParser) -> None:
        group = parser.add_argument_group("what to do with the result")
        group.add_argument(
            "--min-accuracy", type=percent, metavar="PERCENT", help="exit with 1 when the accuracy is below, such as 90"
        )
        group.add_argument(
            "--baseline",
            default="",
            metavar="EXECUTION",
            help="compare with this execution (its number or id), and exit with 1 only when it is certainly worse",
        )
        group.add_argument(
            "--compare",
            nargs="?",
            const="",
            metavar="EXECUTION",
            help="print the verdict against this execution, or without one against the project's baseline or the "
            "newest execution of the same file; the exit code stays as it is",
        )
        group.add_argument(
            "--export", type=export_file, metavar="OUT", help="write all results to a .csv, .json, .jsonl or .xlsx file"
        )
        group.add_argument("--json", action="store_true", help="print one JSON object instead of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and exit with its code."""
        terminal = Terminal()
        try:
            code = evaluate(Request.of(options), terminal)
        except BadInput as error:
            terminal.say(str(error))
            code = BAD_INPUT
        if code:
            sys.exit(code)
