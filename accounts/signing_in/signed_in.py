"""Where a person is signed in: each browser for itself, to be seen and ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.audit import record_of_person
from accounts.models import User

SEEN_AT = "seen_at"
SEEN_EVERY = timedelta(minutes=10)
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser in which a person is signed in."""

    id: int
    browser: str
    address: str
    since: datetime
    last_seen: datetime
    is_current: bool


def browser_name(user_agent: str) -> str:
    """A browser and its system in words that people know, such as “Firefox on Windows”."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "A program")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def signed_in_list(user: User, current: str | None) -> list[SignedIn]:
    """Where the user is signed in, the browser of this request first. `current` is the key of its session."""
    found = [
        SignedIn(
            id=session.pk,
            browser=browser_name(session.user_agent),
            address=session.ip,
            since=session.created_at,
            last_seen=session.last_seen_at,
            is_current=session.session_key == current,
        )
        for session in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda one: (one.is_current, one.last_seen), reverse=True)


def sign_ins_end(user: User, *, current: str | None, only: str = "") -> int:
    """Sign the user out everywhere else, or in the one browser whose id is `only`. Says how many ended."""
    sessions: Sequence[UserSession] = list(UserSession.objects.filter(user=user).exclude(session_key=current or ""))
    ending = [session for session in sessions if only in ("", str(session.pk))]
    for session in ending:
        before = {"browser": browser_name(session.user_agent), "address": session.ip}
        with transaction.atomic():
            session.end()
            record_of_person("sign_in.revoked", user, before=before, by=user)
    return len(ending)


def seen_now(request: HttpRequest) -> None:
    """Remember in the session when it was last seen."""
    request.session[SEEN_AT] = timezone.now().timestamp()


class LastSeenMiddleware:
    """Notes when a browser was last seen, at most every ten minutes: reading pages should write next to nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen_at = request.session.get(SEEN_AT) if request.user.is_authenticated else None
        if seen_at and timezone.now().timestamp() - seen_at > SEEN_EVERY.total_seconds():
            seen_now(request)
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
        return self.get_response(request)
