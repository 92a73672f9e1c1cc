"""Second factors: authenticator apps, passkeys and recovery codes, whose secrets are kept encrypted."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from mino.common.rotation import Rotated
from mino.common.secrets import SecretUnreadable, current_prefix, decrypt, encrypt

TABLE = "mfa_authenticator"
COLUMN = "data"
SECRETS = ("secret", "seed")
"""Where in `data` a secret stands: that of an authenticator app, that from which recovery codes are made."""

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts: recovery codes stand in for a factor that is lost and exist only beside one."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts what allauth stores.

    allauth does not tell for whom it stores a secret, so it is bound to its table and column, not to its row. Whoever
    could move one to another row could as well delete the row.
    """

    def encrypt(self, text: str) -> str:
        """The secret as it is stored."""
        return encrypt(text, table=TABLE, column=COLUMN, row="")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret as it is used. Raises SecretUnreadable."""
        return decrypt(encrypted_text, table=TABLE, column=COLUMN, row="")


def has_second_factor(user: Any) -> bool:
    """Whether the user is asked for a second factor at each sign-in. Asked once per user object."""
    known: bool | None = getattr(user, "_has_second_factor", None)
    if known is None:
        known = user.is_authenticated and second_factors_of(user.pk).exists()
        user._has_second_factor = known
    return known


def second_factors_of(user_id: object) -> Any:
    """The apps and keys of a user (an id or an `OuterRef`)."""
    return Authenticator.objects.filter(user=user_id, type__in=SECOND_FACTORS)


def rotate_second_factors() -> Rotated:
    """Encrypt with the first key what another one encrypted."""
    rotated = Rotated()
    for pk, data in Authenticator.objects.values_list("pk", COLUMN).iterator(chunk_size=500):
        for name in SECRETS:
            stored = data.get(name)
            if isinstance(stored, str) and not stored.startswith(current_prefix()):
                _rotate(pk, name, stored, rotated)
    return rotated


def _rotate(pk: int, name: str, stored: str, rotated: Rotated) -> None:
    try:
        text = decrypt(stored, table=TABLE, column=COLUMN, row="")
    except SecretUnreadable as error:
        rotated.unreadable, rotated.reason = rotated.unreadable + 1, str(error)
        return
    authenticator = Authenticator.objects.filter(pk=pk).first()
    if authenticator is not None and authenticator.data.get(name) == stored:
        authenticator.data[name] = encrypt(text, table=TABLE, column=COLUMN, row="")
        authenticator.save(update_fields=[COLUMN])
        rotated.done += 1
