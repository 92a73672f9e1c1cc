"""What MINO adds to allauth's way of signing in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from accounts.models import User
from accounts.signing_in.signed_in import seen_now
from accounts.sso.sessions import keep_within_scope


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Called by allauth."""

    def login(self, request: HttpRequest, user: User) -> None:
        """All that had to be shown is shown: begin the session."""
        records = get_authentication_records(request, user)
        super().login(request, user)
        seen_now(request)
        keep_within_scope(request.session, records)
