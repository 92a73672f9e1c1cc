"""Import of a file, beside a bare csv.reader into COPY of JSONB."""

from __future__ import annotations

import csv
import json
import random
import time
from functools import partial
from pathlib import Path

from django.db import connection

from benchmarks.children import TURNS, Measured, best_in_turns, environment, in_fresh_process
from benchmarks.figures import Figure
from benchmarks.place import has_postgresql, migrate, sqlite_in
from benchmarks.workspace import bench_project
from projects.importing.files import import_file

ROWS = 100_000
HEADERS = (
    "site_url",
    "sku",
    "name",
    "category",
    "country",
    "contact",
    "expected_price",
    "expected_currency",
    "expected_availability",
    "expected_brand",
    "expected_email",
    "expected_date",
)
WORDS = ("Oslo", "lamp", "oak", "chair, folding", "Süd", "blue", "table", "wool", "48 cm", "“Nord”", "shelf", "glass")


def run(folder: Path, scale: float) -> list[Figure]:
    """Import the file into PostgreSQL (if there is one) and into SQLite, and three times the file for the memory."""
    rows = int(ROWS * scale)
    small, large = folder / "small.csv", folder / "large.csv"
    write_file(small, rows)
    write_file(large, rows * 3)
    figures = []
    if has_postgresql():
        figures += _figures("PostgreSQL", small, large, rows)
    file_folder = folder / "sqlite"
    file_folder.mkdir()
    with environment(DATABASE_URL=sqlite_in(file_folder)):
        in_fresh_process(migrate)
        figures += _figures("SQLite", small, large, rows)
    return figures


def _figures(database: str, small: Path, large: Path, rows: int) -> list[Figure]:
    def mino() -> Measured[float]:
        return in_fresh_process(load_with_mino, small)

    if database == "PostgreSQL":
        first, bare = best_in_turns(mino, partial(in_fresh_process, load_bare, small))
        pace, floor = rows / first.answer, rows / bare.answer
        speed = Figure(f"import, {database}", pace, "rows/s", floor, aim=0.5, aim_is_ratio=True)
    else:
        first = min((mino() for _ in range(TURNS)), key=lambda one: one.answer)
        speed = Figure(f"import, {database}", rows / first.answer, "rows/s", aim=15_000)
    second = in_fresh_process(load_with_mino, large)
    return [
        speed,
        Figure(f"import, {database}: peak memory at {rows:,} rows", first.peak, "MB", aim=200, less=True),
        Figure(f"import, {database}: peak memory at {rows * 3:,} rows", second.peak, "MB", aim=200, less=True),
    ]


def write_file(path: Path, rows: int) -> None:
    """A CSV file of invented products: twelve columns, some cells quoted, some blank. The same at each run."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for number in range(rows):
            writer.writerow(_row(chance, number))


def _row(chance: random.Random, number: int) -> list[str]:
    shop = f"shop-{number % 997}.example"
    price = f"{chance.randrange(100, 90_000) / 100:.2f}"
    return [
        f"https://{shop}/products/{number}",
        f"SKU-{number:07}",
        " ".join(chance.choices(WORDS, k=4)),
        chance.choice(WORDS),
        chance.choice(("NO", "DE", "FR", "US")),
        f"Person {number % 89}, {shop}",
        price if chance.random() > 0.05 else "",
        chance.choice(("NOK", "EUR", "USD")),
        chance.choice(("InStock", "OutOfStock")),
        chance.choice(WORDS),
        f"sales@{shop}",
        f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
    ]


def load_with_mino(path: Path) -> float:
    """Import the file by the service that pages and command line use: read, check every cell, write. In seconds."""
    project = bench_project()
    began = time.perf_counter()
    with path.open("rb") as file:
        imported = import_file(project=project, user=None, file=file, filename=path.name)
    seconds = time.perf_counter() - began
    if imported.report.bad_rows or imported.batch.row_count == 0:
        raise RuntimeError("The file was not imported as a whole.")
    return seconds


def load_bare(path: Path) -> float:
    """The floor: each line of csv.reader as one JSON object, by COPY into a table of two columns. In seconds."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_row")
        cursor.execute("CREATE TABLE bare_row (position integer PRIMARY KEY, cells jsonb NOT NULL)")
        began = time.perf_counter()
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            headers = next(lines)
            with cursor.copy("COPY bare_row (position, cells) FROM STDIN") as copy:
                for number, line in enumerate(lines, start=1):
                    copy.write_row((number, json.dumps(dict(zip(headers, line, strict=True)), ensure_ascii=False)))
        return time.perf_counter() - began
