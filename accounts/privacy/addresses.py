"""The e-mail addresses of a person, wherever they are kept as text."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.models import User


def addresses_of(user: User) -> list[str]:
    """All confirmed addresses and the one of the account, in lower case. An unconfirmed one may be somebody else's."""
    confirmed = EmailAddress.objects.filter(user=user.pk, verified=True).values_list("email", flat=True)
    return sorted({user.email.lower(), *(address.lower() for address in confirmed)})
