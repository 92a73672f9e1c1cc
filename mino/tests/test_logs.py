"""How log records look: refusals and faults, ids, and text that tries to forge a line."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied

from mino.common.logs import JsonLines, TextFormatter, WithIds, WithoutRefusals, WithoutTokens
from mino.common.tracing import bound

TEXT = TextFormatter("{levelname} {name}: {message}", style="{")


def record_of(error: Exception) -> logging.LogRecord:
    """The log record of an error, as Django makes it."""
    try:
        raise error
    except type(error):
        return logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden", (), sys.exc_info())


@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [(PermissionDenied("no"), False), (DisallowedHost("no"), False), (ValueError("broken"), True)],
)
def test_only_faults_have_a_traceback(error: Exception, has_traceback: bool) -> None:
    record = record_of(error)
    assert WithoutRefusals().filter(record)
    assert bool(record.exc_info) is has_traceback


def record(message: str, *arguments: object, **extra: Any) -> logging.LogRecord:
    """A log record with the ids that are bound now."""
    made = logging.getLogger("mino").makeRecord("mino", logging.INFO, "", 0, message, arguments, None, extra=extra)
    WithIds().filter(made)
    return made


def test_a_line_ends_with_the_ids_that_are_bound() -> None:
    with bound(execution="e1", job="j1"):
        assert TEXT.format(record("Job %s ended", 7)) == "INFO mino: Job 7 ended [execution=e1 job=j1]"
    assert TEXT.format(record("Nothing runs")) == "INFO mino: Nothing runs"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/invitations/mMlLA8CLG-VKaI2UsloqBfbm9i6dqR/sign-up/", "/invitations/(hidden)/sign-up/"),
        ("/accounts/confirm-email/MQ:1xXp9M:EVO52Xn-5Dp1/", "/accounts/confirm-email/(hidden)/"),
        ("/accounts/password/reset/key/3-cz1a-5f/", "/accounts/password/reset/key/3-(hidden)/"),
        ("/o/acme/settings/people/invitations/", "/o/acme/settings/people/invitations/"),
        ("/o/acme/settings/people/invitations/01a229d4/send/", "/o/acme/settings/people/invitations/01a229d4/send/"),
    ],
)
def test_what_opens_something_is_hidden_in_addresses(address: str, shown: str) -> None:
    for made in (record("%s: %s", "Gone", address), record(f"Gone: {address}")):
        assert WithoutTokens().filter(made)
        assert made.getMessage() == f"Gone: {shown}"


def test_every_handler_hides_them() -> None:
    handlers: Any = settings.LOGGING["handlers"]
    assert [name for name, handler in handlers.items() if "tokens" not in handler["filters"]] == []


@pytest.mark.parametrize("forged", ["\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[2K", "\x00", "\u202e", "\ud800"])
def test_text_from_outside_forges_no_line(forged: str) -> None:
    line = TEXT.format(record("The page says: %s", f"hello{forged}INFO mino: all is well"))
    assert line.isprintable()
    assert line.startswith("INFO mino: The page says: hello\\")


def test_the_text_of_an_error_forges_no_line_in_its_traceback() -> None:
    lines = TEXT.format(record_of(ValueError("broken\nINFO mino: all is well\rreally"))).split("\n")
    assert all(line.startswith("    ") for line in lines[1:])
    assert lines[-1] == "    INFO mino: all is well\\rreally"


def test_a_json_line_has_each_id_as_a_field() -> None:
    with bound(request="r1", organization="o1"):
        line = JsonLines().format(record("Two\nlines", status_code=404, request=object()))
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time")
    expected = {"level": "INFO", "logger": "mino", "message": "Two\nlines", "status_code": 404}
    assert found == {**expected, "request_id": "r1", "organization_id": "o1"}


def test_a_json_line_has_the_traceback_of_a_fault() -> None:
    found = json.loads(JsonLines().format(record_of(ValueError("broken"))))
    assert found["traceback"].endswith("ValueError: broken")
