"""The sign of life of a real worker process."""

from __future__ import annotations

import pytest

from executions.models import Heartbeat, HeartbeatKind
from mino.tests.processes import running, wait_for


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_seen_while_it_runs_and_not_missed_when_it_has_ended() -> None:
    workers = Heartbeat.objects.filter(kind=HeartbeatKind.WORKER)
    with running("worker", {"MINO_WORKER_THREADS": "8"}) as process:
        wait_for(workers.exists)
        worker = workers.get()
        assert worker.name.endswith(f":{process.pid}")
        assert (worker.details["threads"], worker.details["slots"]) == (8, 4)
    assert not workers.exists()
