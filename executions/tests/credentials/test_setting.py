"""An organization's own keys: who may set them, and how they are kept."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Organization, User
from executions.agents.registry import AGENTS
from executions.credentials.keys import own_key
from executions.credentials.setting import credential_limit, credential_remove, credential_set
from executions.models import AgentCredential, Execution
from executions.services.creation import execution_create
from mino.common.errors import InvalidInput
from mino.common.secrets import Tampered
from projects.models import Batch

pytestmark = pytest.mark.django_db
EVA = AGENTS["eva"]
KEY = "sk-tinyfish-0123456789-wxyz"


def stored() -> AgentCredential:
    return AgentCredential.objects.get(agent="eva")


def test_a_key_is_kept_encrypted_with_its_ending_and_who_set_it(organization: Organization, admin: User) -> None:
    credential_set(organization=organization, kind=EVA, key=f" {KEY}\n", user=admin)
    credential, key = stored(), own_key(stored())
    assert KEY not in credential.secret
    assert (credential.ending, credential.set_by) == ("wxyz", admin)
    assert credential.set_at is not None
    assert key is not None
    assert key.opened() == KEY
    assert credential.secret not in repr(key)


def test_a_key_can_be_replaced_and_removed(organization: Organization, admin: User, owner: User) -> None:
    credential_set(organization=organization, kind=EVA, key=KEY, user=admin)
    first = stored()
    AgentCredential.objects.update(running_jobs=3)
    credential_set(organization=organization, kind=EVA, key="short-key", user=owner)
    second = stored()
    assert second.pk == first.pk
    assert (second.ending, second.set_by, second.running_jobs) == ("", owner, 3)
    credential_remove(organization=organization, kind=EVA, user=owner)
    assert own_key(stored()) is None
    assert (stored().set_at, stored().set_by, stored().running_jobs) == (None, None, 3)


@pytest.mark.parametrize("key", ["", "seven77", "with a space in it", "line\nbreak-in-it", "schlüssel-0123", "k" * 501])
def test_what_can_be_no_key_is_refused_without_repeating_it(organization: Organization, admin: User, key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        credential_set(organization=organization, kind=EVA, key=key, user=admin)
    assert not key or key not in str(refusal.value)
    assert not AgentCredential.objects.exists()


def test_members_may_do_none_of_it(organization: Organization, member: User) -> None:
    refused = "Only admins and owners"
    with pytest.raises(PermissionDenied, match=refused):
        credential_set(organization=organization, kind=EVA, key=KEY, user=member)
    with pytest.raises(PermissionDenied, match=refused):
        credential_remove(organization=organization, kind=EVA, user=member)
    with pytest.raises(PermissionDenied, match=refused):
        credential_limit(organization=organization, kind=EVA, concurrency=5, user=member)


def test_a_limit_counts_what_runs_already(organization: Organization, admin: User, batch: Batch) -> None:
    version = batch.project.production_version
    assert version is not None
    credential_set(organization=organization, kind=EVA, key=KEY, user=admin)
    execution_create(batch=batch, user=admin, instruction_version=version, agent="eva")
    AgentCredential.objects.all().delete()
    Execution.objects.update(running_jobs=2)
    credential_limit(organization=organization, kind=EVA, concurrency=7, user=admin)
    assert (stored().concurrency, stored().running_jobs, stored().secret) == (7, 2, "")


@pytest.mark.parametrize("number", [0, -1, 1001])
def test_a_limit_is_from_1_to_1000(organization: Organization, admin: User, number: int) -> None:
    with pytest.raises(InvalidInput, match="from 1 to 1000"):
        credential_limit(organization=organization, kind=EVA, concurrency=number, user=admin)


def test_a_key_copied_to_another_organization_is_not_read(organization: Organization, admin: User) -> None:
    credential_set(organization=organization, kind=EVA, key=KEY, user=admin)
    copy = AgentCredential.objects.create(organization=organization, agent="agentql", secret=stored().secret)
    key = own_key(copy)
    assert key is not None
    with pytest.raises(Tampered):
        key.opened()
