"""The form of API keys, and the digest by which they are found.

A key is `mino_pk_`, 256 random bits as 43 characters of base 62, and 6 characters that are the CRC-32 of all before
them. Scanners of secrets find it by the pattern `mino_pk_[0-9A-Za-z]{49}` and tell true ones by the checksum; a slip
is refused without asking the database.

What is stored is HMAC-SHA256 of the key. A password needs a slow hash because it can be guessed; 256 random bits can't,
and a slow hash would cost every request its time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

START: Final = "mino_pk_"
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BITS: Final = 256
RANDOM_CHARACTERS: Final = 43
CHECK_CHARACTERS: Final = 6
SHOWN_CHARACTERS: Final = len(START) + 6
PATTERN: Final = re.compile(rf"{START}[0-9A-Za-z]{{{RANDOM_CHARACTERS + CHECK_CHARACTERS}}}")


@sensitive_variables()
def new_key() -> str:
    """A fresh key."""
    body = START + _base62(secrets.randbits(BITS), RANDOM_CHARACTERS)
    return body + _checksum(body)


@sensitive_variables()
def is_well_formed(key: str) -> bool:
    """Whether it is one of ours, its checksum included."""
    return bool(PATTERN.fullmatch(key)) and hmac.compare_digest(_checksum(key[:-CHECK_CHARACTERS]), key[-6:])


@sensitive_variables()
def prefix_of(key: str) -> str:
    """As much of it as may be shown."""
    return key[:SHOWN_CHARACTERS]


@sensitive_variables()
def digests_of(key: str) -> Sequence[str]:
    """Its digest under each of MINO_ENCRYPTION_KEYS; the first is the one to store."""
    return [hmac.new(_pepper(secret), key.encode(), hashlib.sha256).hexdigest() for secret in settings.ENCRYPTION_KEYS]


@sensitive_variables()
def _pepper(secret: bytes) -> bytes:
    """A key for this purpose alone, so that no digest says anything of the encryption key."""
    return hmac.new(secret, b"mino api key digest", hashlib.sha256).digest()


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), CHECK_CHARACTERS)


def _base62(number: int, width: int) -> str:
    digits = []
    while number:
        number, rest = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits)).rjust(width, ALPHABET[0])
