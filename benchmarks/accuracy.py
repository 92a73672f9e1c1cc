"""How right the local agent is, beside plain extruct and plain trafilatura on the same pages.

    python -m benchmarks.accuracy [--data FOLDER] [--corpus products ...] [--wrong COLUMN ...]

Each corpus is a folder with `truth.csv` (columns `site_url` and `expected_...`), `meta.json` (the columns' types) and
`pages/`. The pages are read from disk: what is measured is reading, not fetching. All tools are scored by MINO's own
evaluation with the same options (docs/evaluation.md says which and why).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.plain import extruct_answers, trafilatura_answers
from executions.agents.local.extract import read_answer
from executions.evaluation.evaluate import evaluate_cell
from executions.evaluation.verdict import Outcome
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions

CORPORA = ("products", "articles", "contacts", "agents", "recipes")
ABSENT_WHEN_BLANK = {("products", None), ("articles", "author"), ("articles", "date")}
"""Where the people who made the truth looked for the fact and left the cell blank because there is none."""
THRESHOLDS = {"description": 0.9, "content": 0.9, "hours": 0.8, "address": 0.85}
"""Similarity from which a long text counts as right; everything else must be equal once folded."""

Tool = Callable[[bytes, str, Sequence[tuple[str, str]]], Mapping[str, Any]]


@dataclass(slots=True)
class Score:
    """What became of one column's cells, and the figures made of it."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def with_truth(self) -> int:
        return self.outcomes[Outcome.CORRECT] + self.outcomes[Outcome.WRONG] + self.outcomes[Outcome.MISSED]

    @property
    def recall(self) -> float:
        """Correct cells among those with truth."""
        return self.outcomes[Outcome.CORRECT] / self.with_truth if self.with_truth else 0.0

    @property
    def precision(self) -> float:
        """Correct cells among those that were answered (and could be graded)."""
        answered = sum(self.outcomes[each] for each in (Outcome.CORRECT, Outcome.WRONG, Outcome.INVENTED))
        return self.outcomes[Outcome.CORRECT] / answered if answered else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of recall and precision."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(self.outcomes + other.outcomes)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pages with truth: the columns with their types, and the rows of `truth.csv`."""

    name: str
    folder: Path
    columns: Mapping[str, ColumnType]
    rows: Sequence[Mapping[str, str]]

    def options(self, column: str) -> MatchingOptions:
        absent = not ABSENT_WHEN_BLANK.isdisjoint({(self.name, None), (self.name, column)})
        return MatchingOptions(
            threshold=THRESHOLDS.get(column, 1.0), blank_means="absent" if absent else "unknown", region=_region(column)
        )

    def page(self, row: Mapping[str, str]) -> bytes:
        return (self.folder / "pages" / row["site_url"].rsplit("/", 1)[1]).read_bytes()


def _region(column: str) -> str:
    return "US" if column in {"tel", "phone", "fax"} else ""


def mino_answers(body: bytes, url: str, wanted: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """What the local agent reads from a page."""
    return read_answer(body, "", url, wanted, "").data


TOOLS: dict[str, Tool] = {"MINO": mino_answers, "extruct": extruct_answers, "trafilatura": trafilatura_answers}


def load_corpus(data: Path, name: str) -> Corpus:
    """Read a corpus; the type `price` of its description is a number."""
    folder = data / name
    described = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["columns"]
    types = {column: ColumnType("number" if kind == "price" else kind) for column, kind in described.items()}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return Corpus(name, folder, types, list(csv.DictReader(file)))


def measure(corpus: Corpus, tool: Tool, wrong: Sequence[str] = ()) -> dict[str, Score]:
    """Score one tool on one corpus, by column; columns of `wrong` have their bad cells printed."""
    scores = {column: Score() for column in corpus.columns}
    wanted = [(column, kind.value) for column, kind in corpus.columns.items()]
    for row in corpus.rows:
        answers = tool(corpus.page(row), row["site_url"], wanted)
        for column, kind in corpus.columns.items():
            expected = row[f"expected_{column}"]
            verdict = evaluate_cell(kind, corpus.options(column), expected, answers.get(column))
            scores[column].outcomes[verdict.outcome] += 1
            if column in wrong and verdict.outcome.is_gradable and not verdict.outcome.is_good:
                answer = answers.get(column)
                print(f"{verdict.outcome:9} {row['site_url'][-28:]} {column}: {expected[:60]!r} {answer!r:.90}")
    return scores


def table(corpus: Corpus, measured: Mapping[str, Mapping[str, Score]]) -> Iterator[str]:
    """The lines of a Markdown table: recall, precision and F1 of each tool by column, and over all columns."""
    yield (
        f"| {corpus.name} ({len(corpus.rows)} pages) | n | "
        + " | ".join(f"{tool} R / P / F1" for tool in measured)
        + " |"
    )
    yield "|---|--:|" + "--:|" * len(measured)
    for column in [*corpus.columns, "all"]:
        scores = [sum(by.values(), Score()) if column == "all" else by[column] for by in measured.values()]
        if scores[0].with_truth:
            cells = " | ".join(f"{score.recall:.3f} / {score.precision:.3f} / **{score.f1:.3f}**" for score in scores)
            yield f"| {column} | {scores[0].with_truth} | {cells} |"


def default_data() -> Path:
    """MINO_TEST_DATA, or the folder `../shared/data` beside the project."""
    return Path(os.environ.get("MINO_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")


def main() -> None:
    """Print a table for each corpus."""
    parser = argparse.ArgumentParser(description="How right the local agent is.")
    parser.add_argument("--data", type=Path, default=default_data())
    parser.add_argument("--corpus", nargs="*", default=CORPORA, choices=CORPORA)
    parser.add_argument("--wrong", nargs="*", default=(), help="columns whose bad cells are printed")
    arguments = parser.parse_args()
    for name in arguments.corpus:
        corpus = load_corpus(arguments.data, name)
        measured = {}
        for tool, answers in TOOLS.items():
            started = time.perf_counter()
            measured[tool] = measure(corpus, answers, arguments.wrong if tool == "MINO" else ())
            pace = len(corpus.rows) / (time.perf_counter() - started)
            print(f"{tool}: {pace:.1f} pages a second")
        print("\n".join(["", *table(corpus, measured), ""]))


if __name__ == "__main__":
    main()
