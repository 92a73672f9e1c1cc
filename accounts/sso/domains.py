"""E-mail domains of an organization: named by an owner, confirmed by a record in the DNS or by platform staff."""

from __future__ import annotations

import secrets
from typing import NoReturn
from urllib.parse import urlsplit

import dns.exception
import dns.nameserver
import dns.resolver
import idna
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.models import EmailDomain, Organization, User
from accounts.permissions import require
from accounts.sso.connecting import MANAGE
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState

LABEL = "_mino-challenge"
SECONDS = 5.0
MOST = 50


def record_name(domain: EmailDomain) -> str:
    """Where the record has to stand."""
    return f"{LABEL}.{domain.domain}"


def record_text(domain: EmailDomain) -> str:
    """What the record has to say."""
    return f"mino-domain={domain.token}"


def email_domain_add(*, organization: Organization, user: User, domain: str) -> EmailDomain:
    """Name a domain. Raises InvalidInput for what is none, AlreadyExists, InvalidState, PermissionDenied."""
    require(user, MANAGE, organization)
    name = checked_domain(domain)
    try:
        with transaction.atomic():
            held = _held(organization, user)
            if EmailDomain.objects.filter(organization=held).count() >= MOST:
                raise InvalidState(f"An organization has at most {MOST} domains. Remove one first.")
            added = EmailDomain.objects.create(organization=held, domain=name, token=secrets.token_hex(16))
            record("sso.domain_added", added, organization=held, after={"domain": name}, by=user)
    except IntegrityError:
        message = f"{name} is in the list already."
        raise AlreadyExists(message, details=[Detail("domain", message)]) from None
    return added


def email_domain_check(*, domain: EmailDomain, user: User) -> None:
    """Look the record up, and confirm the domain if it is there. Again changes nothing.

    Raises InvalidState, with what was found instead, and PermissionDenied.
    """
    require(user, MANAGE, domain.organization)
    if domain.confirmed_at:
        return
    found = texts_at(record_name(domain))
    if record_text(domain) not in found:
        seen = f"there stands {found[0][:80]!r}" if found else "there is none yet"
        raise InvalidState(
            f"No TXT record at {record_name(domain)} says {record_text(domain)}: {seen}. "
            "A new record can take an hour to be seen everywhere."
        )
    with transaction.atomic():
        _held(domain.organization, user)  # asking the DNS took its time
        email_domain_confirm(domain=domain, user=user, by_staff=False)


def email_domain_confirm(*, domain: EmailDomain, user: User, by_staff: bool) -> None:
    """Take the domain for the organization's own. Raises AlreadyExists if it is another organization's."""
    try:
        with transaction.atomic():
            changed = EmailDomain.objects.filter(pk=domain.pk, confirmed_at=None).update(
                confirmed_at=timezone.now(), confirmed_by_staff=by_staff
            )
            if changed:
                after = {"domain": domain.domain, "by": "staff" if by_staff else "DNS"}
                record("sso.domain_confirmed", domain, organization=domain.organization, after=after, by=user)
    except IntegrityError:
        raise AlreadyExists(
            f"{domain.domain} is confirmed for another organization. If it is yours, ask the platform's staff."
        ) from None


def email_domain_remove(*, domain: EmailDomain, user: User) -> None:
    """Forget a domain: who is linked signs in as before, newcomers get no account. Raises PermissionDenied."""
    with transaction.atomic():
        held = _held(domain.organization, user)
        record("sso.domain_removed", domain, organization=held, before={"domain": domain.domain}, by=user)
        EmailDomain.objects.filter(pk=domain.pk).delete()


def checked_domain(text: str) -> str:
    """The domain as DNS writes it. Raises InvalidInput."""
    name = text.strip().rpartition("@")[2].strip(".").lower()
    try:
        name = idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        _wrong()
    if "." not in name or name.replace(".", "").isdigit():
        _wrong()
    return name


def texts_at(name: str) -> list[str]:
    """The TXT records of a name; none if it does not exist. Raises InvalidState when DNS can't be asked."""
    try:
        answer = _resolver().resolve(f"{name}.", "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        raise InvalidState("The DNS could not be asked. Try again in a minute.") from None
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def _held(organization: Organization, user: User) -> Organization:
    """The organization, locked, once it is known that the user is allowed now."""
    held = organization_held(organization)
    required_now(user, MANAGE, held)
    return held


def _resolver() -> dns.resolver.Resolver:
    if not settings.NAME_SERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    servers = [urlsplit(f"//{server}") for server in settings.NAME_SERVERS]
    resolver.nameservers = [dns.nameserver.Do53Nameserver(one.hostname or "", one.port or 53) for one in servers]
    return resolver


def _wrong() -> NoReturn:
    message = "That is no domain. Write what stands behind the @, such as example.com."
    raise InvalidInput(message, details=[Detail("domain", message)])
