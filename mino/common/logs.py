"""What is worth a traceback in the logs."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404


class WithoutRefusals(logging.Filter):
    """Logs a refused or missing page as one line: nothing is broken, so a traceback would only hide what is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback of a refusal away; let every record pass."""
        if record.exc_info and isinstance(record.exc_info[1], (PermissionDenied, Http404)):
            record.exc_info = None
            record.exc_text = None
        return True
