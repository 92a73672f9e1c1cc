"""What becomes of a sign-in by an organization's own provider, whose word is worth something there and nowhere else.

The provider is run by an organization's owners, and may say of anybody that they have any address. So:

- who was linked before signs in, if they are still in the organization;
- an address that has an account is linked only by that account itself (`accounts.sso.linking`);
- an address without an account gets one, if its domain is confirmed to be the organization's, and if the organization
  lets such people in or invited them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.audit import record
from accounts.models import EmailDomain, IdentityProvider, Membership, User
from accounts.signing_in.restricting import is_restricted
from accounts.signing_in.scope import prove
from accounts.sso.joining import may_join
from accounts.sso.linking import PendingLink, remember, signed_in_by


@dataclass(frozen=True, slots=True)
class Asserted:
    """What the provider says of who signs in: the address, and whether its domain is the organization's."""

    email: str
    is_confirmed: bool


def decide(request: HttpRequest, login: SocialLogin, provider: IdentityProvider) -> None:
    """Let allauth go on, or raise ImmediateHttpResponse with what the person sees instead."""
    asserted = _asserted(login, provider)
    holder = request.user if request.user.is_authenticated and not is_restricted(request) else None
    if login.is_existing:
        person: User = login.user
        if not Membership.objects.filter(organization=provider.organization_id, user=person.pk).exists():
            refuse(request, provider, person, f"You are not in {provider.organization.name} any more.")
        signed_in_by(provider)
        if holder is not None and holder.pk == person.pk:
            prove(request.session, provider.pk)
            raise ImmediateHttpResponse(redirect(_next(request, login, provider)))
        return
    account = holder or next(iter(filter_users_by_email(asserted.email) if asserted.is_confirmed else []), None)
    if account is not None:
        _ask_account(request, login, provider, asserted)
    if not asserted.is_confirmed:
        sentence = (
            f"{provider.organization.name} can’t vouch for {asserted.email or 'you'}: that is no address of its "
            "confirmed domains. Sign in to your account by password first, then connect it."
        )
        refuse(request, provider, None, sentence)
    if not may_join(provider, asserted.email):
        sentence = f"Nobody has invited you to {provider.organization.name}. Ask one of its admins."
        refuse(request, provider, None, sentence)
    login.user.email = asserted.email
    login.email_addresses = [EmailAddress(email=asserted.email, verified=True, primary=True)]
    signed_in_by(provider)


def _asserted(login: SocialLogin, provider: IdentityProvider) -> Asserted:
    emails = [address.email.lower() for address in login.email_addresses if address.email]
    mine = set(
        EmailDomain.objects.filter(organization=provider.organization_id, confirmed_at__isnull=False).values_list(
            "domain", flat=True
        )
    )
    confirmed = [email for email in emails if email.rpartition("@")[2] in mine]
    return Asserted((confirmed or emails or [""])[0], bool(confirmed))


def _ask_account(request: HttpRequest, login: SocialLogin, provider: IdentityProvider, asserted: Asserted) -> NoReturn:
    link = PendingLink(
        provider=provider.pk,
        uid=login.account.uid,
        email=asserted.email,
        next=_next(request, login, provider),
    )
    remember(request.session, link)
    raise ImmediateHttpResponse(redirect("sso_confirm"))


def _next(request: HttpRequest, login: SocialLogin, provider: IdentityProvider) -> str:
    wanted = str(login.state.get("next") or "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("organization_home", args=[provider.organization.slug])


def refuse(request: HttpRequest, provider: IdentityProvider, person: User | None, sentence: str) -> NoReturn:
    """Show why nobody is signed in, and tell the audit trail. Raises ImmediateHttpResponse."""
    reason: dict[str, Any] = {"reason": sentence, "provider": provider.name}
    record("sign_in.refused", person, organization=provider.organization, after=reason, by=person)
    context = {"sentence": sentence, "organization_name": provider.organization.name}
    raise ImmediateHttpResponse(render(request, "accounts/sso/refused.html", context, status=403))
