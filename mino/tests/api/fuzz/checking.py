"""What must hold for an answer: all checks of schemathesis, and that of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any

from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData

from mino.common.api.codes import CODES
from mino.tests.api.fuzz.askers import NOBODY, Asker
from mino.tests.api.fuzz.document import documented_codes
from mino.tests.api.fuzz.refusals import is_explained


def answer_of(case: Any, who: Asker) -> Any:
    """What is answered when the asker sends the request."""
    return case.call(headers=dict(who.headers), cookies=dict(who.cookies))


def faults_of(
    case: Any, response: Any, who: Asker, hidden: Set[str], without: Sequence[Any] = (), recorder: Any = None
) -> Iterator[tuple[str, str]]:
    """What is wrong with an answer: a short name of each fault, and everything about it.

    `hidden` are ids that outsiders must not be shown; `without` are checks that are left out; `recorder` holds what was
    asked before, for checks of sequences.
    """

    def nothing_is_shown(context: Any, response: Any, case: Any) -> None:
        if who.name == NOBODY:
            assert response.status_code >= 400, "Who does not say who they are gets an answer."
        elif who.is_outside and response.status_code < 400:
            shown = [one for one in hidden if one.encode() in response.content]
            assert not shown, f"A stranger is shown {shown}."

    try:
        case.validate_response(
            response,
            headers=dict(who.headers),
            transport_kwargs={"headers": dict(who.headers), "cookies": dict(who.cookies)},
            additional_checks=[code_is_documented, nothing_is_shown],
            excluded_checks=list(without),
            recorder=recorder,
        )
    except FailureGroup as found:
        for failure in found.exceptions:
            if isinstance(failure, AcceptedNegativeData) and not can_be_sent(case):
                continue
            is_refusal = isinstance(failure, RejectedPositiveData) and response.status_code == 400
            if not (is_refusal and is_explained(_name_of(case), response.json())):
                places = [one["path"] for one in response.json()["details"]] if is_refusal else ""
                name = f"{type(failure).__name__} {response.status_code} {failure.message[:60]} {places}"
                yield name, f"As {who.name}: {found}"


def can_be_sent(case: Any) -> bool:
    """Whether the server gets what was generated: of an empty list a form has no part, so it is as if left out."""
    is_form = str(case.media_type or "").startswith("multipart/") and isinstance(case.body, dict)
    return not (is_form and [] in case.body.values())


def _name_of(case: Any) -> str:
    return str(case.operation.definition.raw["operationId"])


def code_is_documented(context: Any, response: Any, case: Any) -> None:
    """An error has a code that the document gives for this status, the request's id, and no trace."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    answer = response.json()
    assert CODES[answer["code"]].status == response.status_code
    assert [answer["request_id"]] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    if response.status_code != 405:  # a method that there is not stands in no document
        assert answer["code"] in documented_codes(case.operation, response.status_code), answer["code"]
