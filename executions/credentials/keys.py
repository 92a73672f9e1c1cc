"""An organization's own key of an agent: sealed as it is stored, opened only where it is used."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.views.decorators.debug import sensitive_variables

from executions.models import AgentCredential
from mino.common.secrets import decrypt, encrypt

COLUMN = "secret"


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key as it is stored, with the row that it is bound to."""

    credential_id: uuid.UUID
    secret: str = field(repr=False)

    def opened(self) -> str:
        """The key itself. Raises SecretUnreadable."""
        return decrypt(self.secret, table=AgentCredential._meta.db_table, column=COLUMN, row=self.credential_id)


@sensitive_variables()
def sealed(key: str, credential_id: uuid.UUID) -> str:
    """What is stored for a key in the row of that credential."""
    return encrypt(key, table=AgentCredential._meta.db_table, column=COLUMN, row=credential_id)


def own_key(credential: AgentCredential | None) -> SealedKey | None:
    """The organization's own key; None where the installation's is used."""
    return SealedKey(credential.pk, credential.secret) if credential and credential.secret else None


def own_keys(organizations: Collection[uuid.UUID]) -> Mapping[tuple[uuid.UUID, str], SealedKey]:
    """The own keys of organizations, by organization and agent. No query for no organization."""
    if not organizations:
        return {}
    found = AgentCredential.objects.filter(organization__in=organizations).exclude(secret="")
    return {(one.organization_id, one.agent): SealedKey(one.pk, one.secret) for one in found}
