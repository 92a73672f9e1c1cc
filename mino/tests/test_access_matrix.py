"""Every address against every kind of person, read from the URLconf: a new address that nobody thought of fails here.

For each address under `/o/<slug>/`: the anonymous are sent to sign in, strangers see nothing (404), and who is in the
organization but lacks the role is refused (403). `NEEDS` says which role an address needs beyond viewer; it has to name
every address that changes something.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, User
from mino.tests.subjects import Subjects
from projects.models import Level

NEEDS: dict[str, str] = {
    "sign_in_settings": Role.OWNER,
    "sign_in_rules": Role.OWNER,
    "identity_provider_openid": Role.OWNER,
    "identity_provider_saml": Role.OWNER,
    "identity_provider_switch": Role.OWNER,
    "identity_provider_remove": Role.OWNER,
    "email_domain_add": Role.OWNER,
    "email_domain_check": Role.OWNER,
    "email_domain_remove": Role.OWNER,
    "folder_create": Role.MEMBER,
    "folder_rename": Role.MEMBER,
    "folder_move": Role.MEMBER,
    "folder_delete": Role.MEMBER,
    "batches_arrange": Role.MEMBER,
    "batch_bulk": Role.MEMBER,
    "tag_create": Role.MEMBER,
    "tag_change": Role.MEMBER,
    "tag_delete": Role.MEMBER,
    "project_create": Role.MEMBER,
    "project_edit": Role.MEMBER,
    "project_delete": Role.ADMIN,
    "version_create": Role.MEMBER,
    "version_set_production": Role.MEMBER,
    "batch_edit": Role.MEMBER,
    "matching_playground": Role.MEMBER,
    "rescoring_progress": Role.VIEWER,
    "rescoring_retry": Role.MEMBER,
    "batch_delete": Role.ADMIN,
    "batch_import": Role.MEMBER,
    "import_detail": Role.MEMBER,
    "import_reading": Role.MEMBER,
    "import_cancel": Role.MEMBER,
    "import_problems": Role.MEMBER,
    "import_left_out": Role.MEMBER,
    "execution_create": Role.MEMBER,
    "execution_pause": Role.MEMBER,
    "execution_resume": Role.MEMBER,
    "execution_stop": Role.MEMBER,
    "execution_concurrency": Role.MEMBER,
    "execution_max_retries": Role.MEMBER,
    "execution_budget": Role.MEMBER,
    "execution_retry_failed": Role.MEMBER,
    "execution_cancel_row": Role.MEMBER,
    "execution_skip_row": Role.MEMBER,
    "execution_start_again": Role.MEMBER,
    "execution_rerun_failed": Role.MEMBER,
    "job_retry": Role.MEMBER,
    "job_skip": Role.MEMBER,
    "job_cancel": Role.MEMBER,
    "job_instructions": Role.MEMBER,
    "job_truth": Role.MEMBER,
    "row_truth_change": Role.MEMBER,
    "truth_take_back": Role.MEMBER,
    "truth_change_take_back": Role.MEMBER,
    "truth_sheet_save": Role.MEMBER,
    "truth_sheet_check": Role.MEMBER,
    "truth_file": Role.MEMBER,
    "execution_take": Role.MEMBER,
    "truth_file_set": Role.MEMBER,
    "truth_note_add": Role.MEMBER,
    "truth_note_delete": Role.MEMBER,
    "execution_export_options": Role.VIEWER,
    "batch_export_options": Role.VIEWER,
    "export_cancel": Role.VIEWER,
    "export_again": Role.VIEWER,
    "dead_letters_retry": Role.MEMBER,
    "dead_letters_skip": Role.MEMBER,
    "execution_set_baseline": Role.MEMBER,
    "project_set_margin": Role.MEMBER,
    "project_review": Role.MEMBER,
    "execution_review": Role.MEMBER,
    "review_go": Role.MEMBER,
    "review_decide": Role.MEMBER,
    "review_undo": Role.MEMBER,
    "review_hold": Role.MEMBER,
    "suspect_correct": Role.MEMBER,
    "suspect_dismiss": Role.MEMBER,
    "suspect_reopen": Role.MEMBER,
    "saved_filter_create": Role.MEMBER,
    "saved_filter_rename": Role.ADMIN,
    "saved_filter_delete": Role.ADMIN,
    "execution_patterns_find": Role.MEMBER,
    "pattern_rerun": Role.MEMBER,
    "pattern_dismiss": Role.MEMBER,
    "pattern_reopen": Role.MEMBER,
    "project_access_give": Role.ADMIN,
    "project_visibility": Role.ADMIN,
    "project_grant": Role.ADMIN,
    "project_invited": Role.ADMIN,
    "organization_settings": Role.ADMIN,
    "run_defaults": Role.ADMIN,
    "organization_delete": Role.OWNER,
    "organization_privacy": Role.ADMIN,
    "people_guests": Role.ADMIN,
    "people_member": Role.ADMIN,
    "people_role": Role.ADMIN,
    "people_remove": Role.ADMIN,
    "people_transfer": Role.OWNER,
    "people_leave": Role.VIEWER,
    "guest_remove": Role.ADMIN,
    "invitation_list": Role.ADMIN,
    "invitation_create": Role.ADMIN,
    "invitation_send": Role.ADMIN,
    "invitation_revoke": Role.ADMIN,
    "api_keys": Role.ADMIN,
    "api_key_create": Role.OWNER,
    "api_key_rotate": Role.OWNER,
    "api_key_revoke": Role.OWNER,
    "agent_credentials": Role.ADMIN,
    "audit": Role.ADMIN,
    "audit_entry": Role.ADMIN,
    "audit_export": Role.ADMIN,
    "agent_key_set": Role.ADMIN,
    "agent_key_remove": Role.ADMIN,
    "agent_key_test": Role.ADMIN,
    "agent_limit_set": Role.ADMIN,
    "webhooks": Role.ADMIN,
    "webhook_create": Role.ADMIN,
    "webhook": Role.ADMIN,
    "webhook_edit": Role.ADMIN,
    "webhook_enable": Role.ADMIN,
    "webhook_disable": Role.ADMIN,
    "webhook_delete": Role.ADMIN,
    "webhook_rotate": Role.ADMIN,
    "webhook_test": Role.ADMIN,
    "webhook_redeliver_failed": Role.ADMIN,
    "webhook_signature": Role.ADMIN,
    "webhook_delivery": Role.ADMIN,
    "webhook_redeliver": Role.ADMIN,
    "usage": Role.ADMIN,
    "plan_request_create": Role.OWNER,
    "plan_request_withdraw": Role.OWNER,
}
PUBLIC = {
    "organization_sign_in",
    "home",
    "sample_shop",
    "sample_product",
    "health_live",
    "health_ready",
    "error_help",
    "invitation",
    "invitation_sign_up",
    "legal_text",
    "legal_cookies",
}
"""Addresses that anybody may open; allauth guards its own."""

BY_TOKEN = {"metrics"}
"""Addresses for programs that bring a token; switched off in tests."""

OPEN_TO_ALL_USERS = {
    *("profile", "security", "avatar", "organization_create", "consent"),
    *("privacy", "person_export_order", "person_export_file"),
    *("erasure_request", "erasure_cancel"),
}
OF_ONESELF = {"avatar", "person_export_file"}
"""Addresses of those that show somebody else nothing."""

ONLY_POSTED = {"person_export_order", "erasure_cancel"}
FOR_GUESTS = {
    *("organization_home", "project_list", "execution_list", "batch_search", "compare", "retry_queue"),
    *("retry_queue_count", "dead_letters", "dead_letters_retry", "dead_letters_skip", "export_list", "people_leave"),
    *("batch_search_export", "compare_export", "dead_letters_export", "execution_list_export"),
    *("project_list_export", "retry_queue_export"),
}
"""Addresses of the organization that show guests what is theirs; all others refuse them."""

NOT_FOR_GUESTS = {"project_people"}
"""Addresses of a project that need a role all the same."""

ROLES = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]
REFUSED = 403
UNSEEN = 404


@dataclass(frozen=True)
class Address:
    """One address of the URLconf."""

    name: str
    route: str
    parameters: tuple[str, ...]


def addresses(patterns: list[Any], prefix: str = "") -> Iterator[Address]:
    """All addresses of MINO itself, without Django admin, allauth, and the API, which has its own matrix."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith(("admin/", "accounts/", "api/")):
                yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or route, route, tuple(entry.pattern.converters))


ALL = sorted(addresses(get_resolver().url_patterns), key=lambda address: address.name)
IN_ORGANIZATION = [address for address in ALL if address.route.startswith("o/<")]
OUTSIDE = [address for address in ALL if address not in IN_ORGANIZATION]


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Undo what a request changed, so that the next person finds everything in its place."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def status(user: User | None, method: str, url: str) -> int:
    """What the address answers to the user (None: the anonymous)."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with undone():
        return int(client.generic(method, url).status_code)


def url_of(address: Address, subjects: Subjects) -> str:
    """The address filled with the ids of the test's own objects."""
    return reverse(address.name, kwargs={name: subjects.value(name) for name in address.parameters})


def allowed(role: str, address: Address) -> bool:
    """Whether the role reaches what the address needs."""
    return ROLES.index(Role(role)) >= ROLES.index(Role(NEEDS.get(address.name, Role.VIEWER)))


def reached_by_guest(level: str, address: Address) -> bool:
    """Whether a grant of that level reaches the address, as the role that it stands for on its project."""
    of_project = bool(set(address.parameters) & Subjects.OF_A_PROJECT)
    if address.name in NOT_FOR_GUESTS or not (of_project or address.name in FOR_GUESTS):
        return False
    return allowed(Role.MEMBER if level == Level.WORK else Role.VIEWER, address)


@pytest.mark.parametrize("address", IN_ORGANIZATION, ids=lambda address: address.name)
@pytest.mark.django_db
def test_an_address_of_an_organization(address: Address, subjects: Subjects) -> None:
    url = url_of(address, subjects)
    methods = [method for method in ("GET", "POST") if status(subjects.people[Role.OWNER], method, url) != 405]
    assert methods, "nobody can use this address"
    for method in methods:
        assert status(None, method, url) == 302
        assert status(subjects.stranger, method, url) == UNSEEN
        assert status(subjects.superuser, method, url) == UNSEEN
        if method == "POST":
            assert address.name in NEEDS, "say in NEEDS which role may change this"
        for role in ROLES:
            answer = status(subjects.people[role], method, url)
            assert answer < 500
            assert (answer == REFUSED) is not allowed(role, address), f"{role} {method} {url}: {answer}"
            assert answer != UNSEEN, f"{role} {method} {url}"
        for level, guest in subjects.guests.items():
            answer = status(guest, method, url)
            assert answer < 500
            refused = answer in (REFUSED, UNSEEN)
            assert refused is not reached_by_guest(level, address), f"guest to {level}: {method} {url}: {answer}"


@pytest.mark.parametrize(
    "address",
    [one for one in IN_ORGANIZATION if set(one.parameters) & Subjects.OF_A_PROJECT],
    ids=lambda address: address.name,
)
@pytest.mark.django_db
def test_an_address_of_a_private_project_is_unseen_without_a_grant(address: Address, subjects: Subjects) -> None:
    url = url_of(address, subjects)
    subjects.make_private()
    for method in ("GET", "POST"):
        assert status(subjects.people[Role.VIEWER], method, url) in (UNSEEN, 405)
        assert status(subjects.people[Role.MEMBER], method, url) in (UNSEEN, 405)
        assert status(subjects.people[Role.ADMIN], method, url) != UNSEEN
        assert status(subjects.guests[Level.VIEW], method, url) != UNSEEN


@pytest.mark.parametrize("address", OUTSIDE, ids=lambda address: address.name)
@pytest.mark.django_db
def test_an_address_outside_of_organizations(address: Address, subjects: Subjects) -> None:
    assert address.name in PUBLIC | OPEN_TO_ALL_USERS | BY_TOKEN, "say who may open this"
    url = url_of(address, subjects)
    answer = status(None, "GET", url)
    if address.name in BY_TOKEN:
        assert answer == status(subjects.superuser, "GET", url) == UNSEEN
        return
    assert answer == 200 if address.name in PUBLIC else answer == 302
    assert status(subjects.stranger, "GET", url) < 400 or address.name in OF_ONESELF | ONLY_POSTED


@pytest.mark.django_db
def test_no_role_is_asked_for_an_address_that_does_not_exist() -> None:
    assert set(NEEDS) <= {address.name for address in ALL}
