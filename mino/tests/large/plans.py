"""Runs a query under EXPLAIN and says what it reads that it does not need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

ENOUGH = 2_000
"""So many rows may be read, or sorted, whatever comes of them."""
PER_ROW = 40
"""Beyond that, so many for each row that is given."""
BLOCKS = 1_000
BLOCKS_PER_ROW = 40
LITERALS = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
LISTS = re.compile(r"\?(?:::\w+)?(?:, \?(?:::\w+)?)+")
AGGREGATES = {"Aggregate", "Group", "Unique", "SetOp", "WindowAgg"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as PostgreSQL carried it out."""

    root: dict[str, Any]
    milliseconds: float
    query_id: int = 0
    """As `pg_stat_statements` knows the query, where the server counts them."""

    def nodes(self, under: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Every node, from the top."""
        node = under or self.root
        yield node
        for child in node.get("Plans", ()):
            yield from self.nodes(child)

    @property
    def rows(self) -> int:
        """How many rows it gives, or changes."""
        if self.root["Node Type"] == "ModifyTable":
            return sum(_given(child) for child in self.root.get("Plans", ()))
        return int(self.root["Actual Rows"])

    @property
    def blocks(self) -> int:
        """How many blocks of tables and indexes it touches."""
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    @property
    def indexes(self) -> list[str]:
        """The indexes that it reads, each once."""
        return list(dict.fromkeys(node["Index Name"] for node in self.nodes() if "Index Name" in node))

    @property
    def uses(self) -> int:
        """How many rows what it gives is made of: for counts and sums, what they add up."""
        added = [_given(child) for node in self.nodes() if node["Node Type"] in AGGREGATES for child in node["Plans"]]
        return max([self.rows, *added])

    def faults(self, large: set[str]) -> Iterator[str]:
        """What it reads in vain, in words."""
        for node in self.nodes():
            kind = node["Node Type"]
            if kind == "Seq Scan" and node["Relation Name"] in large and _read(node) > ENOUGH:
                yield f"reads all of {node['Relation Name']}: {_read(node)} rows"
            if kind in ("Sort", "Incremental Sort") and _sorted(node) > ENOUGH:
                yield f"sorts {_sorted(node)} rows"
        read = sum(_read(node) for node in self.nodes() if "Scan" in node["Node Type"])
        if read > max(ENOUGH, PER_ROW * self.rows):
            yield f"reads {read} rows to give {self.rows}"
        if self.blocks > BLOCKS + BLOCKS_PER_ROW * self.rows:
            yield f"touches {self.blocks} blocks to give {self.rows} rows"


def explain(sql: str) -> Plan:
    """Carry the query out, and give its plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    told = json.loads(found) if isinstance(found, str) else found
    return Plan(told[0]["Plan"], told[0]["Execution Time"], told[0].get("Query Identifier", 0))


def shape_of(sql: str) -> str:
    """The statement with a `?` for each value, and for each list of them."""
    return LISTS.sub("?", LITERALS.sub("?", sql))


def _given(node: dict[str, Any]) -> int:
    return int(node["Actual Rows"] * node["Actual Loops"])


def _read(node: dict[str, Any]) -> int:
    """The rows that a scan reads, also those that it then leaves out."""
    if node["Node Type"] in ("BitmapAnd", "BitmapOr", "Bitmap Index Scan"):
        return 0  # its rows are read by the heap scan above it
    left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + left_out) * node["Actual Loops"])


def _sorted(node: dict[str, Any]) -> int:
    return sum(_given(child) for child in node["Plans"])
