"""How it is kept who did something: a person and an API key have a column each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.api_keys.principal import ApiKeyPrincipal

if TYPE_CHECKING:
    from accounts.models import ApiKey, User
    from accounts.permissions import Principal


def person_of(principal: Principal | None) -> User | None:
    """The user who acts, None for a program and for the command line."""
    return None if principal is None or isinstance(principal, ApiKeyPrincipal) else principal  # type: ignore[return-value]


def key_of(principal: Principal | None) -> ApiKey | None:
    """The API key that acts, None for everybody else."""
    return principal.api_key if isinstance(principal, ApiKeyPrincipal) else None


def author_of(made: Any) -> Principal | None:
    """Who made an object that has the columns `created_by` and `api_key`."""
    return made.created_by or (ApiKeyPrincipal(made.api_key) if made.api_key else None)


def author_fields(principal: Principal | None, person: str = "created_by", key: str = "api_key") -> dict[str, Any]:
    """The values of a model's two columns for who acts."""
    return {person: person_of(principal), key: key_of(principal)}


def author_name(person: User | None, key: ApiKey | None) -> str:
    """Who did something, in words for people; empty where nobody is known."""
    return person.display_name if person else f"API key {key.name}" if key else ""
