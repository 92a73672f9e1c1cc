"""A person. The e-mail address is the name they sign in with."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.signing_in.scope import SessionScope
from mino.common.models import Identified


def known_time_zone(name: str) -> None:
    """Accept only names of the IANA database, such as Europe/Paris."""
    if name not in available_timezones():
        raise ValidationError("There is no time zone of that name. Use one like Europe/Paris.", code="time_zone")


class UserManager(BaseUserManager["User"]):
    """Makes users; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person who signs in with `email`. Raises ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create platform staff with every right in Django admin."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by address, whatever its case."""
        return self.get(email=(username or "").lower())


class User(Identified, AbstractBaseUser, PermissionsMixin):
    """A person with an account. `terms_version` and `privacy_version` are the newest texts that they agreed to.

    One who asked for its erasure can take that back until `erasure_due_at`, and until a worker has begun with it.
    """

    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    avatar = models.ImageField(upload_to="avatars/", blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[known_time_zone])
    is_staff = models.BooleanField("platform staff", default=False)
    is_active = models.BooleanField(default=True)
    terms_version = models.PositiveSmallIntegerField(default=0, editable=False)
    privacy_version = models.PositiveSmallIntegerField(default=0, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    erasure_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    erasure_begun_at = models.DateTimeField(null=True, blank=True, editable=False)

    session_scope: SessionScope | None = None
    """What the session opens in which the user acts; None outside of sessions. Set by SessionScopeMiddleware."""

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = [F("email")]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]
        indexes = [
            models.Index(
                fields=["erasure_due_at"], name="user_to_erase", condition=models.Q(erasure_due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        """The name, or the part of the address before the @."""
        return self.name or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        """One or two letters to show where there is no avatar."""
        words = re.findall(r"\w+", self.display_name)
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """As Django's, but being a superuser opens no organization: there, only roles and grants count."""
        if obj is None:
            return super().has_perm(perm)
        return self.is_active and any(backend.has_perm(self, perm, obj) for backend in get_backends())


def display_name(user: User) -> str:
    """What allauth calls the user in its pages and mails."""
    return user.display_name
