"""The session that begins with a sign-in by an organization's own provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from accounts.signing_in.scope import restrict
from accounts.sso.providers import is_of_organization, provider_of

HOURS = timedelta(hours=12)
"""How long such a session lasts: MINO does not hear when the provider locks somebody out."""


def keep_within_scope(session: SessionBase, records: Sequence[Mapping[str, Any]]) -> None:
    """Narrow the session if nothing but organizations' providers vouched for the person.

    `records` are allauth's notes of how they showed who they are. A second factor alone shows nothing.
    """
    shown = [record for record in records if record.get("method") != "mfa" or record.get("passwordless")]
    narrow = [record for record in shown if is_of_organization(str(record.get("provider", "")))]
    if not narrow or len(narrow) < len(shown):
        return
    provider = provider_of(str(narrow[-1]["provider"]))
    if provider is None:  # removed between two steps of the sign-in: nothing is opened
        session.flush()
        return
    restrict(session, provider.pk)
    session.set_expiry(HOURS)
