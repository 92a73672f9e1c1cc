"""Refuses uploads that no form would take, before they fill the disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

SLACK = 10 * 1024 * 1024
"""A little over the limit still reaches the form, which says in words how large a file may be."""


class LimitedUpload(FileUploadHandler):
    """Stands before the handlers that keep what is sent."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's own name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Raise RequestDataTooBig (answered with 400) when the whole request is far larger than a file may be."""
        if content_length > settings.IMPORT_MAX_BYTES + SLACK:
            raise RequestDataTooBig("The upload is larger than this server takes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass everything on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
        return
