"""What a guest sees of an organization: its name and the projects they were given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from analytics.exporting.background.ordering import export_order
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from executions.models import Execution
from executions.services.creation import execution_create
from mino.tests.api.asking import browser as api_browser
from mino.tests.api.places import ALL as OPERATIONS
from mino.tests.factories import BatchFactory, ProjectFactory
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import FOR_GUESTS
from projects.importing.uploading import import_upload
from projects.models import Level
from projects.services.folders import folder_create
from projects.services.tags import batches_tag, tag_create

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def content(browser: Client, page: str, **query: str) -> bytes:
    answer = browser.get(page, query, follow=True)
    return answer.getvalue()


@pytest.fixture
def hidden(subjects: Subjects) -> Execution:
    """Another project of the organization, of which the guests are to learn nothing."""
    organization = subjects.project.organization
    other = ProjectFactory(organization=organization, name="Hidden-project")
    batch = BatchFactory(project=other, rows=2, name="Hidden-batch")
    version = other.production_version
    assert version is not None
    execution = execution_create(batch=batch, user=None, instruction_version=version, agent="local")
    tag = tag_create(organization=organization, user=None, name="Hidden-tag", colour="#b98900")
    batches_tag(project=other, user=None, batches=[batch], tag=tag)
    folder_create(project=other, user=None, name="Hidden-folder")
    file = ContentFile(b"site_url,expected_price\nhttps://shop.example/1,12\n")
    import_upload(project=other, user=subjects.people[Role.MEMBER], file=file, name="Hidden.csv")
    export_order(source=BatchRows(batch), export_format=ExportFormat.CSV, user=subjects.people[Role.MEMBER])
    return execution


@pytest.mark.usefixtures("hidden")
def test_no_page_tells_a_guest_of_anything_else(subjects: Subjects, client_for: ClientFor) -> None:
    organization = subjects.project.organization
    browser = client_for(subjects.guests[Level.WORK])
    slug = organization.slug
    pages = [reverse(name, args=[slug]) for name in FOR_GUESTS]
    pages += [reverse(name, args=[slug, subjects.project.pk]) for name in ("project", "project_executions")]
    for page in pages:
        text = content(browser, page, tag="Hidden-tag")
        for told in (b"Hidden-project", b"Hidden-batch", b'colour">Hidden', subjects.people[Role.ADMIN].email.encode()):
            assert told not in text, page
        text = content(browser, page)
        assert b"Hidden" not in text, page
        assert f'href="{reverse("organization", args=[slug])}"'.encode() not in text, page


def test_no_list_of_the_api_tells_a_guest_of_anything_else(subjects: Subjects, hidden: Execution) -> None:
    subjects.make_private()
    secrets = (b"Hidden", str(hidden.pk).encode(), b"@")
    lists = [place for place in OPERATIONS if place.operation.listing]

    def telling(person: User) -> set[str]:
        asker = api_browser(person, subjects.project.organization)
        answers = {place.name: asker(place.method, place.url(subjects)).content for place in lists}
        return {name for name, text in answers.items() if any(secret in text for secret in secrets)}

    everything = telling(subjects.people[Role.OWNER])
    assert everything >= {"api_tags", "api_projects", "api_batches", "api_imports", "api_executions", "api_members"}
    for level in Level:
        assert telling(subjects.guests[level]) == set()


def test_the_granted_project_is_there(subjects: Subjects, client_for: ClientFor) -> None:
    subjects.make_private()
    browser = client_for(subjects.guests[Level.VIEW])
    home = browser.get(f"/o/{subjects.project.organization.slug}/")
    assert subjects.project.organization.name in home.text
    assert subjects.project.name in browser.get(reverse("project_list", args=["northlight"])).text
    page = browser.get(reverse("project", args=["northlight", subjects.project.pk])).text
    assert "Gold truth" not in page
    assert browser.get("/").headers["Location"] == "/o/northlight/"


def test_a_guest_leaves(subjects: Subjects, client_for: ClientFor) -> None:
    browser = client_for(subjects.guests[Level.VIEW])
    assert "You are a guest here" in browser.get("/o/northlight/settings/people/leave/").text
    assert browser.post("/o/northlight/settings/people/leave/").headers["Location"] == "/"
    assert browser.get("/o/northlight/").status_code == 404
