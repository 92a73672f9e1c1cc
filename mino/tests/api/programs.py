"""The programs of docs/api.md and docs/live-events.md, as files in a folder, started as a reader starts them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mino.tests.processes import ROOT

DOCS = ROOT / "docs"
PROGRAM = re.compile(r"^`(\w+\.(?:sh|py|yaml))[^\n]*\n\n```(?:bash|python|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def programs() -> dict[str, str]:
    """All programs by the names of their files."""
    texts = [(DOCS / name).read_text() for name in ("api.md", "live-events.md")]
    return {name: text for document in texts for name, text in PROGRAM.findall(document)}


def write_programs(folder: Path) -> None:
    """Put them side by side."""
    for name, text in programs().items():
        (folder / name).write_text(text)


def run(name: str, *arguments: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What came of a program."""
    command = ["bash"] if name.endswith(".sh") else [sys.executable]
    return subprocess.run(
        [*command, name, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=300,
        text=True,
        check=False,
    )
