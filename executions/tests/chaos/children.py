"""The processes that a trial starts."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Child:
    """A process of its own group. `name` tells worker, beat or server; `log` is where its words go."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    frozen: bool = False

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it and to what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send(signal.SIGKILL)
        self.process.wait()


def spawn(name: str, command: Sequence[str], log: Path) -> Child:
    """Start a process of MINO's, on the services of the trials."""
    from mino.tests.processes import ROOT, environment  # its imports need Django's settings

    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=output, stderr=output, start_new_session=True
        )
    return Child(name, process, log)
