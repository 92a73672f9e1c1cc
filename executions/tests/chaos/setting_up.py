"""What the processes of the trials are told by their environment."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.core.management import call_command

from executions.tests.agents.servers.eva_server import KEY

LEASE_SECONDS = 5
GRACE_SECONDS = 2
WORKER_THREADS = 24


def set_up(folder: Path, *, database: str, broker: str, eva_port: int) -> None:
    """Set Django up on these services, for this process and those that it starts, and create the tables."""
    for name in [name for name in os.environ if name.startswith(("MINO_", "EVA_", "AGENTQL_", "EMAIL_"))]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mino.settings",
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "MINO_DATA_DIR": str(folder / "data"),
        "MINO_LOG_LEVEL": "WARNING",
        "MINO_LEASE_SECONDS": str(LEASE_SECONDS),
        "MINO_WORKER_GRACE": str(GRACE_SECONDS),
        "MINO_WORKER_THREADS": str(WORKER_THREADS),
        "EVA_API_URL": f"http://127.0.0.1:{eva_port}",
        "EVA_API_KEY": KEY,
        "PYTHONWARNINGS": "ignore",
    }
    django.setup()
    call_command("migrate", verbosity=0)
