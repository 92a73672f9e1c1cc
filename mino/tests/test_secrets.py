"""Secrets at rest: read back only with the right key and in the place where they were stored."""

from __future__ import annotations

import base64

import pytest
from pytest_django import Settings

from mino.common.secrets import Tampered, UnknownKey, current_prefix, decrypt, encrypt, key_id

OLD, NEW = b"o" * 32, b"n" * 32
TEXT = "sk-tinyfish-ключ-🗝"


def stored(row: int | str = 7) -> str:
    return encrypt(TEXT, table="credential", column="secret", row=row)


def test_a_secret_is_read_back_and_stored_differently_each_time() -> None:
    first, second = stored(), stored()
    assert first != second
    assert TEXT not in first
    assert first.startswith(current_prefix())
    assert decrypt(first, table="credential", column="secret", row="7") == TEXT


@pytest.mark.parametrize("place", [("other", "secret", 7), ("credential", "other", 7), ("credential", "secret", 8)])
def test_a_secret_that_was_moved_is_not_read(place: tuple[str, str, int]) -> None:
    table, column, row = place
    with pytest.raises(Tampered, match="Set it anew"):
        decrypt(stored(), table=table, column=column, row=row)


def test_a_changed_bit_is_noticed() -> None:
    prefix, _, encoded = stored().rpartition(":")
    data = bytearray(base64.b64decode(encoded))
    for position in (0, 13, len(data) - 1):
        changed = bytearray(data)
        changed[position] ^= 1
        text = f"{prefix}:{base64.b64encode(changed).decode()}"
        with pytest.raises(Tampered):
            decrypt(text, table="credential", column="secret", row=7)


@pytest.mark.parametrize("text", ["", "1", "1:ab", "1:ab:", "1:ab:%%%", "2:ab:" + "A" * 80, "sk-plain", "1:ab:AAAA"])
def test_what_is_no_stored_secret_is_refused(text: str) -> None:
    with pytest.raises(Tampered):
        decrypt(text, table="credential", column="secret", row=7)


def test_the_first_key_encrypts_and_all_decrypt(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    old = stored()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(old, table="credential", column="secret", row=7) == TEXT
    assert stored().startswith(f"1:{key_id(NEW)}:")


def test_a_key_that_is_gone_is_named_without_the_secret(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    old = stored()
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(UnknownKey, match=f"'{key_id(OLD)}', which is not among MINO_ENCRYPTION_KEYS") as refusal:
        decrypt(old, table="credential", column="secret", row=7)
    assert old.rpartition(":")[2] not in str(refusal.value)
