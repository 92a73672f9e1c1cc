"""Where static files are: the names with hashes of `collectstatic`, each worked out once in a process."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # WhiteNoise has no types
    """WhiteNoise's storage. A page asks for a hundred addresses, which are the same as long as the process lives."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._addresses: dict[tuple[str | None, bool], str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file. Raises ValueError for one that was not collected."""
        known = self._addresses.get((name, force))
        if known is None:
            known = self._addresses[name, force] = super().url(name, force)
        return known
