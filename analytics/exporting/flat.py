"""Any table as something that can be exported in every format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.exporting.formats import ExportFormat
from analytics.exporting.json_file import dump, json_lines, json_rows
from analytics.exporting.table import FlatTable


@dataclass(frozen=True, slots=True)
class FlatSource:
    """A table whose lines become objects in JSON: the headers are their names."""

    flat: FlatTable

    @property
    def formats(self) -> Sequence[ExportFormat]:
        """All of them."""
        return tuple(ExportFormat)

    def table(self) -> FlatTable:
        """The table itself."""
        return self.flat

    def json(self) -> Iterator[bytes]:
        """What it is, and its rows."""
        return json_rows(f'{{"table": {dump(self.flat.name)}, "rows": [\n', self._objects())

    def lines(self) -> Iterator[bytes]:
        """The rows alone."""
        return json_lines(self._objects())

    def _objects(self) -> Iterator[list[dict[str, Any]]]:
        for rows in self.flat.rows():
            yield [dict(zip(self.flat.headers, cells, strict=True)) for cells in rows]
