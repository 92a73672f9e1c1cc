"""Rotation: all stored secrets are encrypted anew with the first key."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import AuditEntry, User
from executions.agents.registry import AGENTS
from executions.credentials.keys import own_key
from executions.credentials.setting import credential_set
from executions.models import AgentCredential
from mino.common import rotation
from mino.common.secrets import key_id
from mino.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def keys(settings: Settings, owner: User) -> list[str]:
    """Seven keys of organizations, encrypted with the old key."""
    settings.ENCRYPTION_KEYS = [OLD]
    texts = [f"the-key-number-{number}" for number in range(7)]
    for text in texts:
        organization = OrganizationFactory()
        AgentCredential.objects.create(organization=organization, agent="agentql")
        organization.memberships.create(user=owner, role="owner")
        credential_set(organization=organization, kind=AGENTS["eva"], key=text, user=User.objects.get(pk=owner.pk))
    return texts


def rotate() -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("rotate_secrets", stdout=said, stderr=said)
    return said.getvalue()


def opened() -> list[str]:
    """All keys, as workers read them."""
    found = [own_key(one) for one in AgentCredential.objects.filter(agent="eva").order_by("created_at")]
    return [key.opened() for key in found if key]


def test_after_a_rotation_the_old_key_can_go(
    keys: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "CHUNK", 3)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    said = rotate()
    assert "Agents' keys: 7 encrypted anew." in said
    assert f"All secrets use the key {key_id(NEW)}." in said
    settings.ENCRYPTION_KEYS = [NEW]
    assert opened() == keys
    entry = AuditEntry.objects.get(event="credential.encryption_rotated")
    assert (entry.count, entry.changes["what"]) == (7, [None, "Agents' keys"])


@pytest.mark.usefixtures("keys")
def test_a_second_rotation_changes_nothing(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    rotate()
    before = list(AgentCredential.objects.order_by("pk").values_list("secret", flat=True))
    assert "Agents' keys: 0 encrypted anew." in rotate()
    assert list(AgentCredential.objects.order_by("pk").values_list("secret", flat=True)) == before


@pytest.mark.usefixtures("keys")
def test_what_can_not_be_read_is_told_and_left_and_the_rest_is_rotated(settings: Settings) -> None:
    first = AgentCredential.objects.filter(agent="eva").order_by("pk").first()
    assert first is not None
    broken = f"{first.secret[:-6]}AAAAAA"
    AgentCredential.objects.filter(pk=first.pk).update(secret=broken)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="Keep the old keys"):
        rotate()
    first.refresh_from_db()
    assert first.secret == broken
    assert AgentCredential.objects.filter(secret__startswith=f"1:{key_id(NEW)}:").count() == 6
