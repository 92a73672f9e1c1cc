"""What requests with an Idempotency-Key were answered."""

from __future__ import annotations

from django.db import models

from accounts.models.organization import Organization
from mino.common.models import Identified


class IdempotentRequest(Identified):
    """A request that a client may send again, and its answer. Nobody sees it but who sent it.

    `principal` is the id of the API key or the user. The row is written, and the answer added, in the transaction that
    does what was asked: either both are there or neither. `answer` is encrypted, since it may show a new secret.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    principal = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["principal", "organization", "key"], name="idempotent_request_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotent_request_oldest")]  # those to forget

    def __str__(self) -> str:
        return f"{self.key:.40} of {self.principal}"
