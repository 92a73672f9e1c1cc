"""The Celery application: messages are wake-up calls and carry ids, nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_ready, worker_shutdown

from mino.common.tracing import bound

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mino.settings")


if TYPE_CHECKING:
    AnyTask = Task[Any, Any]
else:
    AnyTask = Task


class TracedTask(AnyTask):
    """A task whose log lines carry its id, and whose entries in the audit trail say that a worker acts."""

    abstract = True

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Run it."""
        from accounts.audit.acting import acting_in_worker  # not sooner: the apps are not loaded yet

        with bound(task=self.request.id), acting_in_worker():
            return self.run(*arguments, **named)


app = Celery("mino", task_cls=TracedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Let Django's settings alone say how logs look: with a receiver here Celery sets up nothing of its own."""


@worker_ready.connect
def begin_signs_of_life(**_: Any) -> None:
    """The worker takes messages from now on."""
    from executions.operating.heart import start_heart  # not sooner: the apps are not loaded yet

    start_heart()


@worker_shutdown.connect
def end_signs_of_life(**_: Any) -> None:
    """The worker ends by itself."""
    from executions.operating.heart import stop_heart

    stop_heart()
