"""What the logs say of refusals and of faults."""

from __future__ import annotations

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from mino.common.logs import WithoutRefusals


def record_of(error: Exception) -> logging.LogRecord:
    """The log record of an error, as Django makes it."""
    try:
        raise error
    except type(error):
        return logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden", (), sys.exc_info())


@pytest.mark.parametrize(("error", "has_traceback"), [(PermissionDenied("no"), False), (ValueError("broken"), True)])
def test_only_faults_have_a_traceback(error: Exception, has_traceback: bool) -> None:
    record = record_of(error)
    assert WithoutRefusals().filter(record)
    assert bool(record.exc_info) is has_traceback
