"""The audit trail as CSV, piece by piece."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC

from django.db import connection

from accounts.audit.asking import in_chunks
from accounts.audit.presenting import shown
from accounts.models import AuditEntry
from accounts.models.audit_entry import AuditEntryQuerySet
from mino.common.values.spreadsheet import neutralised

HEADERS = (
    *("time_utc", "action", "what", "about", "subject", "subject_id", "count", "before", "after"),
    *("who", "api_key_id", "through", "ip_address", "browser", "request_id", "entry_id"),
)


def csv_chunks(entries: AuditEntryQuerySet) -> Iterator[bytes]:
    """The entries with all that is known of them, newest first. No connection is held while a piece is sent."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(HEADERS)
    for chunk in in_chunks(entries):
        writer.writerows([neutralised(cell) for cell in _cells(entry)] for entry in chunk)
        if not connection.in_atomic_block:
            connection.close()
        yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _cells(entry: AuditEntry) -> list[str]:
    told = shown(entry)
    sides = [{name: pair[side] for name, pair in entry.changes.items() if pair[side] is not None} for side in (0, 1)]
    before, after = (json.dumps(side, ensure_ascii=False) if side else "" for side in sides)
    return [
        entry.timestamp.astimezone(UTC).isoformat(timespec="milliseconds"),
        *(entry.event, told.what, told.about, entry.object_repr, entry.object_pk),
        "" if entry.count is None else str(entry.count),
        *(before, after, told.who.name, str(entry.api_key_id or ""), entry.channel),
        *(entry.remote_addr or "", entry.user_agent, entry.cid, str(entry.pk)),
    ]
