"""Encrypts all stored secrets with the first of MINO_ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import record
from mino.common.rotation import registered_secrets
from mino.common.secrets import current_prefix


class Command(BaseCommand):
    """Run it after a new key was put first; once it says that nothing is left, the old key can go."""

    help = "Encrypt all stored secrets anew with the first of MINO_ENCRYPTION_KEYS. May be run at any time, and twice."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say for each kind of secret how many were encrypted anew. Raises CommandError if some can't be read."""
        unreadable = 0
        for name, rotate in registered_secrets():
            rotated = rotate()
            if rotated.done:
                record(
                    "credential.encryption_rotated", None, organization=None, after={"what": name}, count=rotated.done
                )
            self.stdout.write(f"{name}: {rotated.done} encrypted anew.")
            if rotated.unreadable:
                self.stderr.write(f"{name}: {rotated.unreadable} can't be read. {rotated.reason}")
            unreadable += rotated.unreadable
        if unreadable:
            raise CommandError("Keep the old keys: not all secrets could be encrypted anew.")
        self.stdout.write(f"All secrets use the key {current_prefix().split(':')[1]}. Others can be removed.")
