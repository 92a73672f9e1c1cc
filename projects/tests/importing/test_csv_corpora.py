"""Files of others: csv-spectrum, messy files from the wild, and strings that break programs."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from projects.importing.parse.delimited_table import DelimitedTable
from projects.importing.parse.problems import ImportRefused, ProblemCode, ProblemLog
from projects.tests.importing.reading import read, rows_of, table_of

# What one sees who opens the eight different files in an editor: delimiter, columns, records, header's line (0: none).
MESSY = {
    "ff6197151fe44d6eeba4cf34668d9220.csv": (",", 4, 283, 1),
    "ffa3b397f9314a50ed6c94ac653e5261.csv": (";", 7, 294, 1),
    "fd9e666fc4309279b58831c785c3cace.csv": (";", 6, 184, 1),
    "ff35b00ddd244db0826a2b5796ed2b83.csv": (",", 3, 24, 1),
    "ff748e6d00f4b44478f0f30b806cb3f5.csv": (",", 2, 47, 1),
    "fffbde3238d4251c2353d79c9ab12361.csv": (",", 26, 37, 1),
    "ffe14370b4c707103a3674ef4bc345a6.csv": (",", 14, 3, 2),
    "ff6cc43861c1309d6d87b056b5b06d09.csv": (",", 6, 1236, 0),
}


def messy_files(test_data: Path) -> list[dict[str, Any]]:
    lines = (test_data / "values" / "messy_csv.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def test_every_file_of_csv_spectrum_equals_its_json(test_data: Path) -> None:
    files = sorted((test_data / "values" / "csv_spectrum").glob("*.csv"))
    assert len(files) == 11
    for path in files:
        table = table_of(path.read_bytes())
        found = [dict(zip(table.names, cells, strict=True)) for cells in rows_of(table)]
        assert found == json.loads(path.with_suffix(".json").read_bytes()), path.name


def test_the_dialect_of_every_messy_file_is_detected_and_no_record_is_lost(test_data: Path) -> None:
    found = {}
    for file in messy_files(test_data):
        table = table_of(file["content"])
        assert isinstance(table, DelimitedTable)
        found[file["name"]] = (table.dialect.delimiter, len(table.columns), len(rows_of(table)), table.header_line)
    assert found == MESSY


def test_a_messy_file_read_with_a_forced_dialect_never_crashes(test_data: Path) -> None:
    files = messy_files(test_data)
    assert len(files) == 39
    for file in files:
        dialect = file["dialect"]
        with suppress(ImportRefused):
            records, problems = read(file["content"], delimiter=dialect["delimiter"], quote=dialect["quotechar"])
            lines = {line for line, _ in records} | {problem.line for problem in problems}
            assert len(lines) >= MESSY[file["name"]][2]


def test_naughty_strings_come_through_unchanged_or_with_a_warning(test_data: Path) -> None:
    path = test_data / "values" / "naughty.csv"
    with path.open(newline="", encoding="utf-8") as file:
        wanted = list(csv.reader(file))[1:]
    table = table_of(path.read_bytes())
    log = ProblemLog()
    found = list(table.records(log))
    assert len(found) == len(wanted) == 515
    warned = {problem.line for problem in log.kept() if problem.code is ProblemCode.CONTROL_CHARACTER}
    changed = {line for (line, cells), true in zip(found, wanted, strict=True) if cells != true}
    assert changed == warned
    assert len(changed) == 5


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_naughty_strings_survive_a_round_trip_beside_an_address(test_data: Path, delimiter: str) -> None:
    with (test_data / "values" / "naughty.csv").open(newline="", encoding="utf-8") as file:
        strings = [cells[0] for cells in csv.reader(file)][1:]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["site_url", "text"])
    writer.writerows([f"https://example.com/{number}", string] for number, string in enumerate(strings))
    records, problems = read(written.getvalue())
    different = [line for (line, cells), string in zip(records, strings, strict=True) if cells[1] != string]
    assert different == [p.line for p in problems if p.code == ProblemCode.CONTROL_CHARACTER]
