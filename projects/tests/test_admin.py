"""Projects and batches in Django admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mino.tests.factories import JOINED, add_second_factor
from projects.models import Batch, Project, TruthRevision

MODELS = ["project", "instructionversion", "batch", "column", "row", "truthrevision"]


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    """A browser of platform staff."""
    user = add_second_factor(User.objects.create_superuser("staff@mino.example", "x"))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("model", MODELS)
def test_staff_sees_lists_and_objects_but_adds_none(staff: Client, batch: Batch, model: str) -> None:
    subjects = {
        "project": batch.project,
        "instructionversion": batch.project.versions.first(),
        "batch": batch,
        "column": batch.columns.first(),
        "row": batch.rows.first(),
        "truthrevision": TruthRevision.objects.create(
            batch=batch, row=batch.rows.get(position=1), column="price", after="1", created_at=JOINED
        ),
    }
    found = staff.get(reverse(f"admin:projects_{model}_changelist"), {"q": str(subjects[model].pk)})  # type: ignore[union-attr]
    assert found.status_code == 200
    assert list(found.context["cl"].result_list) == [subjects[model]]
    assert staff.get(reverse(f"admin:projects_{model}_change", args=[subjects[model].pk])).status_code == 200  # type: ignore[union-attr]
    assert staff.get(reverse(f"admin:projects_{model}_add")).status_code == 403
    assert staff.post(reverse(f"admin:projects_{model}_delete", args=[subjects[model].pk])).status_code == 403  # type: ignore[union-attr]


def test_the_rows_of_a_batch_are_one_link_away(staff: Client, batch: Batch) -> None:
    page = staff.get(reverse("admin:projects_batch_change", args=[batch.pk])).content.decode()
    address = f"{reverse('admin:projects_row_changelist')}?q={batch.pk}"
    assert address in page
    assert staff.get(address).context["cl"].result_count == 3


def test_staff_may_hide_a_project(staff: Client, project: Project) -> None:
    address = reverse("admin:projects_project_change", args=[project.pk])
    staff.post(address, {"name": project.name, "description": "", "is_private": "on"})
    project.refresh_from_db()
    assert project.is_private
