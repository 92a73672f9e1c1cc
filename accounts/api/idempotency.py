"""Idempotency-Key: the same request is done once, however often and however parallel it is sent.

The row that holds the key is inserted in the transaction that does what was asked, and gets the answer before the
commit. So whatever happened, an answer is kept exactly if the thing was done. A second request with the key waits at
the unique constraint until the first one ends. Then it finds the answer or, if the first was refused or broke, nothing,
and does it itself.

An answer may show a new secret, or a project. It is given again only to who still has every permission that was
required when it was made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from accounts.models import IdempotentRequest
from accounts.permissions import Principal, Required, noting_required, require
from mino.common.api.errors import ApiError, invalid
from mino.common.api.serializers import canonical
from mino.common.bulk import delete_in_chunks
from mino.common.secrets import decrypt, encrypt

if TYPE_CHECKING:
    from accounts.api.base import ApiRequest

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
KEPT_HEADERS: Final = ("Location", "ETag", "Retry-After")
REPLAYED: Final = "Idempotency-Replayed"
ANSWER: Final = "answer"


def answer_once(request: ApiRequest, act: Callable[[], Response], *, has_body: bool = True) -> Response:
    """What `act` answers, or what it answered to the same request before. Without `has_body` the body is not read.

    Raises ApiError IDEMPOTENCY_CONFLICT when the key came with another request, PermissionDenied or Http404 where who
    asks may not do it any more, and whatever `act` raises: then nothing was done, and the key is free.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise invalid(HEADER, "Give a key of 1 to 255 printable ASCII characters, such as a random UUID.")
    fingerprint = _fingerprint(request, has_body)
    with transaction.atomic():
        row = _claim(request, key, fingerprint)
        if row.status is not None:
            return _replayed(row, fingerprint, request)
        with noting_required() as required:
            response = act()
        _keep(row, response, required)
    return response


def idempotent_requests_expire(*, now: datetime | None = None) -> int:
    """Forget the answers of more than 24 hours ago, and say how many."""
    until = (now or timezone.now()) - KEPT
    return delete_in_chunks(IdempotentRequest.objects.filter(created_at__lt=until))


def _claim(request: ApiRequest, key: str, fingerprint: str) -> IdempotentRequest:
    """The locked row of the key: a new one without a status, or that of an earlier request."""
    place = {"principal": request.user.pk, "organization": request.organization, "key": key}
    row = None
    while row is None:  # again where one that was in the way is forgotten before it can be locked
        now = timezone.now()
        fresh = IdempotentRequest(**place, fingerprint=fingerprint, created_at=now)
        IdempotentRequest.objects.bulk_create([fresh], ignore_conflicts=True)  # waits for a parallel one to end
        row = IdempotentRequest.objects.select_for_update(of=("self",)).filter(**place).first()
    if row.created_at <= now - KEPT:
        row.fingerprint, row.status, row.created_at = fingerprint, None, now
    return row


def _replayed(row: IdempotentRequest, fingerprint: str, request: ApiRequest) -> Response:
    if row.fingerprint != fingerprint:
        raise ApiError(
            "IDEMPOTENCY_CONFLICT",
            "This Idempotency-Key came with another request before. Use a fresh key for a new request.",
            path=HEADER,
        )
    kept = json.loads(decrypt(row.answer, table=_TABLE, column=ANSWER, row=row.pk))
    _require_again(request.user, kept["required"])
    return Response(kept["answer"], status=row.status, headers={**row.headers, REPLAYED: "true"})


def _require_again(user: Principal, required: Sequence[Sequence[str]]) -> None:
    """Raise PermissionDenied or Http404 where `user` lacks one of the permissions (`Required`) by now."""
    for permission, label, pk in required:
        model = apps.get_model(label)
        subject = model._base_manager.filter(pk=pk).first()
        if subject is None or not user.has_perm(f"{model._meta.app_label}.view", subject):
            raise Http404(f"There is no such {model._meta.verbose_name} any more, or you can't see it.")
        require(user, permission, subject)


def _keep(row: IdempotentRequest, response: Response, required: Collection[Required]) -> None:
    kept = {"answer": response.data, "required": sorted(required)}
    row.status = response.status_code
    row.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    row.answer = encrypt(JSONRenderer().render(kept).decode(), table=_TABLE, column=ANSWER, row=row.pk)
    row.save()


_TABLE: Final = IdempotentRequest._meta.db_table


def _fingerprint(request: ApiRequest, has_body: bool) -> str:
    digest = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if not has_body:
        return digest.hexdigest()
    data: Any = request.data
    files = getattr(request, "FILES", None) or {}
    plain = {name: data[name] for name in data if name not in files} if files else data
    digest.update(canonical(plain))
    for name in sorted(files):
        digest.update(f"\n{name} {files[name].name} ".encode("utf-8", "surrogatepass"))
        _digest_file(digest, files[name])
    return digest.hexdigest()


def _digest_file(digest: Any, file: UploadedFile[Any]) -> None:
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
