"""Signs of life of the processes that do the work."""

from __future__ import annotations

from django.db import models


class HeartbeatKind(models.TextChoices):
    """What gave the sign of life."""

    WORKER = "worker", "Worker"
    BEAT = "beat", "Beat"


class Heartbeat(models.Model):
    """When a process was last seen. A worker writes its own; beat's is written by whoever carries out its wake-up call.

    `details` of a worker: `threads`, `slots`, `running` (attempts), `version`. Of beat: `hold_until`, the moment
    (ISO 8601) before which no lease counts as run out, because the database was away and nobody could renew any.
    """

    name = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=6, choices=HeartbeatKind)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["kind", "name"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
