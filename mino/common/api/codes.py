"""The one table of the API's error codes: status, what happened, and what to do. docs/errors.md says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """`status` is the HTTP status, `cause` what happened and `remedy` what to do, each a sentence or two."""

    status: int
    cause: str
    remedy: str


CODES: Mapping[str, ErrorCode] = {
    "VALIDATION_ERROR": ErrorCode(
        400,
        "Something that was sent can't be used: a field, a parameter or a header.",
        "`details` names each place and says what is wrong there. Fields and parameters that don't exist are refused "
        "too, by name.",
    ),
    "INVALID_JSON": ErrorCode(
        400,
        "The body is not JSON, a name stands twice in an object, or lists and objects stand more than 100 deep within "
        "each other.",
        "Send an object in JSON, encoded in UTF-8, with `Content-Type: application/json`.",
    ),
    "MISSING_FIELD": ErrorCode(400, "A field that is required is missing.", "`details` names the fields: send them."),
    "INVALID_UUID": ErrorCode(
        400, "An id in the address is not a UUID.", "Use the `id` as the API gave it, all 36 characters."
    ),
    "BATCH_EMPTY": ErrorCode(
        400, "There is no row to import or to run.", "Give at least one: choose rows, or import a file that has some."
    ),
    "NO_FIELDS": ErrorCode(
        400,
        "Nothing says which fields to extract.",
        "Import a file with a column for each, such as `expected_price`; its cells may be empty.",
    ),
    "NO_GROUND_TRUTH": ErrorCode(
        400,
        "The batch has no truth to review or to compare against.",
        "Add the truth of some rows: by hand, from a file, or by taking answers that were checked.",
    ),
    "UNAUTHORIZED": ErrorCode(
        401,
        "The request says nothing about who asks.",
        "Send an API key as `Authorization: Bearer mino_pk_…`, or sign in with the browser.",
    ),
    "INVALID_TOKEN": ErrorCode(
        401,
        "The API key is not known, was revoked, or has expired.",
        "Use another key; an owner of the organization can create one.",
    ),
    "FORBIDDEN": ErrorCode(
        403,
        "Who asks may see this, but not do it: the role or the scopes of the API key don't reach.",
        "Ask an owner for a key with the scope that `error` names, or an admin for another role.",
    ),
    "QUOTA_EXCEEDED": ErrorCode(
        403,
        "The organization has as many projects, or has started as many executions this month, as its plan allows.",
        "`limits` says how many, of how many, and when the count begins anew. Delete a project, wait until the 1st of "
        "the month (UTC), or have an owner ask for a larger plan.",
    ),
    "NOT_FOUND": ErrorCode(
        404,
        "There is nothing at this address, or it is hidden from who asks.",
        "Check address and id. Objects of other organizations, and private projects without a grant, are not found.",
    ),
    "METHOD_NOT_ALLOWED": ErrorCode(
        405, "The address knows no such method.", "Use one of those that the header `Allow` names."
    ),
    "ALREADY_EXISTS": ErrorCode(409, "There is one of that name already.", "Choose another name, or use that one."),
    "INVALID_STATE": ErrorCode(
        409,
        "It makes sense, but not now: a batch is being run, a colleague reviews the cell, an execution has ended, "
        "the truth has changed since it was looked at, or an organization would be left without an owner.",
        "The sentence says what has to be done first; of truth that has changed, both values are told. "
        "Where a worker has to finish first, `Retry-After` says when to ask again.",
    ),
    "AGENT_UNAUTHORIZED": ErrorCode(
        409, "The agent has no key.", "An admin or owner sets one, or the operator does (docs/agents.md)."
    ),
    "IDEMPOTENCY_CONFLICT": ErrorCode(
        409,
        "This Idempotency-Key was used for another request within the last 24 hours.",
        "Use a fresh key for each new request, and the same one only to repeat it.",
    ),
    "EXECUTION_ALREADY_RUNNING": ErrorCode(
        409,
        "An execution of the same batch, instruction version, agent and type is under way.",
        "`details` has its id, as the `message` at the path `execution_id`: wait for it, stop it, or send "
        "`allow_parallel`.",
    ),
    "LENGTH_REQUIRED": ErrorCode(
        411,
        "The body came in chunks (`Transfer-Encoding`), without its length, so none of it was read.",
        "Send it with `Content-Length`: in one piece, not as a stream.",
    ),
    "PRECONDITION_FAILED": ErrorCode(
        412,
        "The object is not any more as it was when its ETag was read: somebody else changed it.",
        "Read it again, look at the change, and send yours with the new ETag.",
    ),
    "PAYLOAD_TOO_LARGE": ErrorCode(
        413,
        "The body or the file is larger than the limit, or more cells of truth would be changed than may be at once.",
        "Split it, narrow the filter, or send fewer cells at a time; the operator can allow larger files.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": ErrorCode(
        415,
        "The address doesn't take a body of this type.",
        "Send `Content-Type: application/json`, or what the address's description names.",
    ),
    "RATE_LIMIT_EXCEEDED": ErrorCode(
        429,
        "There were too many requests within an hour, or too much of what has a limit of its own: invitations, tests "
        "and redeliveries of webhooks.",
        "Wait as many seconds as `Retry-After` says; `limits` has how many there were and may be. The headers "
        "`RateLimit-*` tell beforehand how many requests are left.",
    ),
    "UNKNOWN_ERROR": ErrorCode(
        500,
        "Something failed that should not. It is logged.",
        "Try again; if it stays, tell who runs this MINO the `request_id`.",
    ),
    "EVA_API_ERROR": ErrorCode(
        502, "The service of the agent EVA gave no usable answer.", "Try again later, and check the agent's key."
    ),
    "DATABASE_ERROR": ErrorCode(503, "The database can't be reached or is too busy.", "Try again in a few seconds."),
    "STORAGE_ERROR": ErrorCode(503, "The storage of files can't be reached or is full.", "Try again in a few seconds."),
}


def status_of(code: str) -> int:
    """The HTTP status of a code; 400 for one that services use and the table doesn't know."""
    return CODES[code].status if code in CODES else 400


def documentation_url(code: str) -> str:
    """Where the code is explained."""
    return f"{settings.PUBLIC_URL}/help/errors/#" + (f"api-{code.lower()}" if code in CODES else "api")
