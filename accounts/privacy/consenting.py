"""Agreeing to the texts."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.audit import record
from accounts.audit.acting import acting
from accounts.models import Consent, LegalText, User


def consent_give(*, user: User, texts: Collection[LegalText]) -> None:
    """Note that the user agrees to these texts. What they agreed to already is left as it is."""
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        known = set(Consent.objects.filter(user=held, legal_text__in=texts).values_list("legal_text", flat=True))
        for text in texts:
            if text.pk in known:
                continue
            Consent.objects.create(
                user=held, legal_text=text, address=acting().address or None, user_agent=acting().user_agent
            )
            name = f"{text.kind}_version"
            setattr(held, name, max(getattr(held, name), text.version))
            setattr(user, name, getattr(held, name))
            record("consent.given", held, organization=None, by=user, after={"text": str(text)})
        held.save(update_fields=["terms_version", "privacy_version"])
