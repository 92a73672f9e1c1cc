"""The arguments of `evaluate` as values."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from analytics.exporting.writing import ExportFormat

LONGEST_INSTRUCTIONS_FILE = 1_000_000


class BadInput(Exception):
    """Something that was given can't be used. The message is for people and may have several lines."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate, and how. `types` and `options` are by column; `min_accuracy` is in percent.

    `baseline` and `compare` name an execution by number or id; an empty `compare` means the one that lies nearest.
    """

    file: Path
    instructions: str = ""
    url_column: str | None = None
    key_column: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    agent: str = "local"
    agent_settings: Mapping[str, str] = field(default_factory=dict)
    results: Path | None = None
    project: str = ""
    organization: str = ""
    concurrency: int = 8
    sample: int | None = None
    seed: int | None = None
    min_accuracy: Decimal | None = None
    baseline: str = ""
    compare: str | None = None
    export: Path | None = None
    json: bool = False

    @property
    def project_name(self) -> str:
        """The project as it was named, or else as the file is."""
        return self.project or self.file.stem[:100]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Request:
        """The request from parsed arguments. Raises BadInput where they contradict each other."""
        types = dict(pair for pairs in given["types"] for pair in pairs)
        settings = dict(pair for pairs in given["agent_settings"] for pair in pairs)
        options: dict[str, dict[str, str]] = {}
        for name, value in (pair for pairs in given["options"] for pair in pairs):
            column, _, option = name.rpartition(".")
            options.setdefault(column, {})[option] = value
        agent = given["agent"]
        if given["results"] is not None:
            if agent not in (None, "file"):
                raise BadInput(f"Either --results or --agent {agent}: answers from a file need no agent.")
            agent = "file"
        elif agent == "file":
            raise BadInput("The agent file reads answers from a file. Name it with --results ANSWERS.csv.")
        elif given["instructions"] is None:
            raise BadInput("Say what to extract: --instructions TEXT, or --instructions @FILE.")
        if given["seed"] is not None and given["sample"] is None:
            raise BadInput("A --seed draws a sample. Say its size with --sample N, or leave the seed out.")
        if given["baseline"] and given["compare"] is not None:
            raise BadInput("Either --baseline or --compare: both compare, and --baseline also decides the exit code.")
        names = (
            "file",
            "url_column",
            "key_column",
            "project",
            "organization",
            "concurrency",
            "results",
            "sample",
            "seed",
        )
        same = {name: given[name] for name in (*names, "min_accuracy", "baseline", "compare", "export", "json")}
        instructions = given["instructions"] or ""
        return cls(
            instructions=instructions,
            types=types,
            options=options,
            agent=agent or "local",
            agent_settings=settings,
            **same,
        )


def pairs(text: str) -> list[tuple[str, str]]:
    """`name=value` pairs, separated by commas; a value or a pair with a comma is quoted as in CSV."""
    found = []
    for part in _parts(text):
        name, sign, value = part.partition("=")
        if not sign or not name.strip():
            raise ArgumentTypeError(f"“{part}” is not of the form name=value")
        found.append((name.strip(), value))
    return found


def option_pairs(text: str) -> list[tuple[str, str]]:
    """`column.option=value` pairs."""
    found = pairs(text)
    for name, _ in found:
        column, _, option = name.rpartition(".")
        if not column or not option:
            raise ArgumentTypeError(
                f"“{name}” names no column; write column.option=value, such as price.tolerance=0.01"
            )
    return found


def _parts(text: str) -> Iterator[str]:
    """The parts between commas, without the quotes that stand around a part or around what follows its first =."""
    part, quoted, closed, index = "", False, False, 0
    while index < len(text):
        character = text[index]
        if quoted and character == '"':
            if text[index + 1 : index + 2] == '"':
                part += '"'
                index += 1
            else:
                quoted, closed = False, True
        elif not quoted and character == ",":
            yield part if closed else part.strip()
            part, closed = "", False
        elif not quoted and character == '"' and (not part.strip() or (part.count("=") == 1 and part.endswith("="))):
            quoted, part = True, part.lstrip()
        else:
            part += character
        index += 1
    if quoted:
        raise ArgumentTypeError(f"a quote is not closed in “{text}”")
    if part.strip() or closed:
        yield part if closed else part.strip()


def instructions(text: str) -> str:
    """The text itself, or with a leading @ the content of that file."""
    if not text.startswith("@"):
        return text
    path = existing_file(text[1:])
    try:
        return path.read_bytes()[:LONGEST_INSTRUCTIONS_FILE].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArgumentTypeError(f"the file {path} is not text in UTF-8") from None


def existing_file(text: str) -> Path:
    """A file that is there and can be read."""
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"there is no file {text}")
    try:
        path.open("rb").close()
    except OSError as error:
        raise ArgumentTypeError(f"the file {text} can't be read: {error.strerror}") from None
    return path


def export_file(text: str) -> Path:
    """A file that can be written and whose ending says its format."""
    path = Path(text)
    if path.suffix.lower().removeprefix(".") not in set(ExportFormat):
        endings = ", ".join(f".{one}" for one in ExportFormat)
        raise ArgumentTypeError(f"{text} has no ending that is known; use one of {endings}")
    if not path.absolute().parent.is_dir():
        raise ArgumentTypeError(f"there is no folder {path.parent}")
    if path.is_dir():
        raise ArgumentTypeError(f"{text} is a folder")
    return path


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A reader for whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ArgumentTypeError(f"{text} is not a whole number") from None
        if not low <= number <= high:
            raise ArgumentTypeError(f"{text} is not between {low} and {high}")
        return number

    return read


def percent(text: str) -> Decimal:
    """A number from 0 to 100, with or without a percent sign."""
    try:
        number = Decimal(text.strip().removesuffix("%").strip())
    except InvalidOperation:
        raise ArgumentTypeError(f"{text} is not a number") from None
    if not number.is_finite() or not 0 <= number <= 100:
        raise ArgumentTypeError(f"{text} is not between 0 and 100; the minimum is in percent, such as 90")
    return number
