"""The broker of a machine without Redis: kombu's queue of files, whose messages appear whole or not at all.

kombu opens a message's file under its final name and fills it afterwards. A worker that looks in between takes an
empty message, which ends it (https://github.com/celery/kombu/issues/1551).
"""

from __future__ import annotations

import logging
import os
import uuid
from json import JSONDecodeError
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """A channel that writes a message elsewhere first, and passes over one that can't be read."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu's own differ
        """Append a message to a queue. Raises ChannelError when it can't be written."""
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"  # as kombu names and sorts them
        final = Path(self.data_folder_out, name)
        unfinished = final.with_suffix(".part")
        try:
            unfinished.write_text(dumps(payload))
            os.replace(unfinished, final)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add file {name!r} to directory") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the next message of a queue. Raises Empty if there is none, or if it can't be read: then it is gone."""
        try:
            return super()._get(queue)
        except (JSONDecodeError, UnicodeDecodeError):
            logger.warning("A message of the queue %s can't be read and is passed over", queue)
            raise Empty from None


class Transport(filesystem.Transport):
    """kombu's transport with these channels."""

    Channel = Channel
