"""The texts in force. Each process remembers for a minute which they are, since every page asks."""

from __future__ import annotations

import time
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from accounts.audit import record
from accounts.models import LegalKind, LegalText, User
from mino.common.errors import InvalidInput

SECONDS_REMEMBERED = 60.0


class Versions:
    """The newest version of each kind of text, as this process knows it."""

    def __init__(self) -> None:
        self._found: Mapping[str, int] = {}
        self._until = 0.0

    def get(self) -> Mapping[str, int]:
        """What is remembered, or what the database says now."""
        if time.monotonic() >= self._until:
            newest = LegalText.objects.order_by().values_list("kind").annotate(newest=Max("version"))
            self.remember(dict(newest))
        return self._found

    def remember(self, found: Mapping[str, int], seconds: float = SECONDS_REMEMBERED) -> None:
        """Answer this for so many seconds."""
        self._found, self._until = found, time.monotonic() + seconds

    def forget(self) -> None:
        """Ask the database next time."""
        self._until = 0.0


versions = Versions()


def current_versions() -> Mapping[str, int]:
    """The newest version of each kind of text."""
    return versions.get()


def texts_to_agree(user: User) -> list[LegalText]:
    """The texts in force that the user has not agreed to yet, terms first."""
    missing = {
        kind: version for kind, version in current_versions().items() if getattr(user, f"{kind}_version") < version
    }
    texts = LegalText.objects.filter(kind__in=missing).order_by("-kind", "-version")
    newest: dict[str, LegalText] = {}
    for text in texts:
        newest.setdefault(text.kind, text)
    return list(newest.values())


def legal_text_publish(*, kind: str, text: str, change: str, user: User | None) -> LegalText:
    """Publish the next version of a text: everybody is asked to agree to it. Raises InvalidInput for the same text."""
    with transaction.atomic():
        newest = LegalText.objects.select_for_update().filter(kind=kind).order_by("-version").first()
        if newest is not None and newest.text.strip() == text.strip():
            raise InvalidInput(f"This is the text of version {newest.version}. Change something first.")
        version = newest.version + 1 if newest else 1
        published = LegalText.objects.create(kind=LegalKind(kind), version=version, text=text, change=change)
        record("consent.text_published", published, organization=None, by=user, after={"version": version})
        transaction.on_commit(versions.forget, robust=True)
    return published
