"""A typed client is generated from the document as docs/api.md says, checked, and used."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from executions.models import Execution
from mino.tests.api.programs import DOCS, run, write_programs
from projects.models import Project


def told(beginning: str, environment: Mapping[str, str]) -> list[str]:
    """A command that the documentation tells to type."""
    line = next(line for line in (DOCS / "api.md").read_text().splitlines() if line.startswith(beginning))
    return [part.replace("$MINO", environment["MINO"]) for part in shlex.split(line)]


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("working")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_a_typed_client_works(
    environment: Mapping[str, str], project: Project, live_server: LiveServer, tmp_path: Path
) -> None:
    write_programs(tmp_path)
    subprocess.run(told("curl", environment), cwd=tmp_path, capture_output=True, timeout=300, check=True)
    generate, *arguments = told("openapi-python-client generate", environment)
    made = subprocess.run(
        [str(Path(sys.executable).parent / generate), *arguments, "--fail-on-warning"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr

    check = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=types", "mino_client", "typed.py"]
    types = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert types.returncode == 0, types.stdout + types.stderr

    site = f"{live_server.url}/sample-site/goods/kettle-one-litre/"
    done = run("typed.py", site, "Pour-over kettle 1 l", folder=tmp_path, environment=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("completed Share(value=1.0, n=1, ")
    assert "version" in done.stdout.splitlines()[1], "the error in words, behind its code"
    execution = Execution.objects.get()
    assert (execution.project, execution.api_key is not None) == (project, True)
