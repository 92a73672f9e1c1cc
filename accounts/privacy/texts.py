"""The texts in force. Which they are is remembered for a minute, since every page asks."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max

from accounts.audit import record
from accounts.models import LegalKind, LegalText, User
from mino.common.errors import InvalidInput

KEY = "accounts.privacy.versions"
SECONDS_REMEMBERED = 60


def current_versions() -> Mapping[str, int]:
    """The newest version of each kind of text."""
    found: Mapping[str, int] | None = cache.get(KEY)
    if found is None:
        newest = LegalText.objects.order_by().values_list("kind").annotate(newest=Max("version"))
        found = dict(newest)
        cache.set(KEY, found, SECONDS_REMEMBERED)
    return found


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
        transaction.on_commit(lambda: cache.delete(KEY), robust=True)
    return published
