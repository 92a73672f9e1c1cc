"""Secrets at rest: encrypted by AES-256-GCM, bound to the place where they are stored.

A stored secret is the text `version:key_id:base64`, the last part being a random 96-bit nonce and what was encrypted.
Table, column and row are its associated data: copied to another row, it can't be read. Nothing encrypted can be
searched for; a column to look up by needs a keyed digest beside it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

VERSION = "1"
BYTES_OF_NONCE = 12
BYTES_OF_TAG = 16


class SecretUnreadable(Exception):
    """A stored secret can't be read. The message says why and what to do; it shows nothing of the secret."""


class UnknownKey(SecretUnreadable):
    """It was encrypted with a key that this process does not have."""


class Tampered(SecretUnreadable):
    """It was changed, cut or moved since it was stored."""


def key_id(key: bytes) -> str:
    """The name of a key: a digest, so that nobody has to choose names."""
    return hashlib.sha256(b"mino encryption key" + key).hexdigest()[:8]


def current_prefix() -> str:
    """What every secret begins with that was encrypted with the key in use."""
    return f"{VERSION}:{key_id(settings.ENCRYPTION_KEYS[0])}:"


@sensitive_variables()
def encrypt(text: str, *, table: str, column: str, row: UUID | int | str) -> str:
    """The text as it may be stored in that column of that row, encrypted with the first key."""
    nonce = os.urandom(BYTES_OF_NONCE)
    sealed = AESGCM(settings.ENCRYPTION_KEYS[0]).encrypt(nonce, text.encode(), _place(table, column, row))
    return current_prefix() + base64.b64encode(nonce + sealed).decode()


@sensitive_variables()
def decrypt(stored: str, *, table: str, column: str, row: UUID | int | str) -> str:
    """The text that `encrypt` was given for the same place. Raises UnknownKey or Tampered."""
    key, data = _opened(stored)
    try:
        found = AESGCM(key).decrypt(data[:BYTES_OF_NONCE], data[BYTES_OF_NONCE:], _place(table, column, row))
    except InvalidTag:
        raise Tampered(_changed()) from None
    return found.decode()


@sensitive_variables()
def _opened(stored: str) -> tuple[bytes, bytes]:
    """The key and the bytes of a stored secret."""
    version, _, rest = stored.partition(":")
    name, _, encoded = rest.partition(":")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Tampered(_changed()) from None
    if version != VERSION or len(data) < BYTES_OF_NONCE + BYTES_OF_TAG:
        raise Tampered(_changed())
    for key in settings.ENCRYPTION_KEYS:
        if key_id(key) == name:
            return key, data
    raise UnknownKey(
        f"The secret was encrypted with the key {name[:8]!r}, which is not among MINO_ENCRYPTION_KEYS. "
        "Add that key again, after the first, or set the secret anew."
    )


def _place(table: str, column: str, row: UUID | int | str) -> bytes:
    return json.dumps([table, column, str(row)]).encode()


def _changed() -> str:
    return "The stored secret was changed or moved since it was encrypted. Set it anew."
