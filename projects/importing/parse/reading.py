"""How far the reading of a table has come."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class ReadingState:
    """Filled by a reader while it goes on.

    `share` is how much of the table has been read, 0..1. `lost` are lines that gave no cells at all, with their text;
    whoever takes them clears them.
    """

    size: int = 1
    bytes_read: int = 0
    blank_lines: int = 0
    lost: list[tuple[int, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How much has been read, 0..1."""
        return min(1.0, self.bytes_read / self.size)
