"""What every model shares."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: roughly ordered by time, so that indexes grow at their end."""
    return uuid7()


def first_id_at(moment: datetime) -> uuid.UUID:
    """The lowest id of that moment: what was made earlier by more than clocks differ has a lower one."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


class Identified(models.Model):
    """A model whose primary key is a UUIDv7."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Dated(models.Model):
    """A model that knows when it was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True
