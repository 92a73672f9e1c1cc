"""The organizations of the load test, each with people, keys, projects, batches and what ran over them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Max

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create
from accounts.models import Membership, Organization, Plan, Role, User
from accounts.privacy.consenting import consent_give
from accounts.privacy.texts import texts_to_agree
from accounts.services import organization_create
from analytics.patterns.services import patterns_analyse, patterns_want_one
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_up_want
from benchmarks.filling import analyze_all, fill_batch, fill_execution, fill_executions
from benchmarks.load.shop import price_of
from benchmarks.workspace import INSTRUCTIONS
from executions.models import Execution, Job
from mino.common.models import new_id
from projects.importing.files import import_file
from projects.models import Batch, Project
from projects.services.projects import project_create
from projects.services.tags import tag_create

PASSWORD = "correct horse battery staple"
PEOPLE = 20
"""Accounts of an organization."""
NO_LIMIT = 100_000_000
"""Requests an hour: none of them is refused."""
SHOWN = 20
"""So many objects of a kind are asked for."""


@dataclass(frozen=True)
class Sizes:
    """How much there is. The first organization is `times` as large as the others."""

    organizations: int = 50
    rows: int = 1000
    executions: int = 100
    times: int = 20


def fill_workspaces(sizes: Sizes, shop_port: int, folder: Path) -> dict[str, Any]:
    """Make all of it. Gives what the users have to know, by the organization's short name."""
    hashed = make_password(PASSWORD)
    places = {}
    for number in range(1, sizes.organizations + 1):
        times = sizes.times if number == 1 else 1
        organization = _organization(number)
        people = _people(organization, hashed)
        places[organization.slug] = {
            "people": people,
            "key": api_key_create(organization=organization, user=None, name="Load", scopes=list(Scope.values)).text,
            **_contents(organization, sizes.rows * times, sizes.executions * times),
            **_live(organization, shop_port, folder),
        }
    analyze_all()
    return places


def _organization(number: int) -> Organization:
    """An organization whose plan limits nothing."""
    name = f"load-{number:02}"
    organization = organization_create(name=f"Load {number}", slug=name, owner=None, plan=Plan.ENTERPRISE)
    organization.max_requests_an_hour = NO_LIMIT
    organization.save(update_fields=["max_requests_an_hour", "updated_at"])
    return organization


def _people(organization: Organization, hashed: str) -> list[str]:
    """An owner, two admins, members and viewers. Answers the addresses of those who may change something."""
    roles = [Role.OWNER, Role.ADMIN, Role.ADMIN, *[Role.MEMBER] * (PEOPLE - 8), *[Role.VIEWER] * 5]
    users = User.objects.bulk_create(
        User(pk=new_id(), email=f"{role}{place}@{organization.slug}.example", name=f"Person {place}", password=hashed)
        for place, role in enumerate(roles)
    )
    Membership.objects.bulk_create(
        Membership(organization=organization, user=user, role=role) for user, role in zip(users, roles, strict=True)
    )
    texts = texts_to_agree(users[0])
    for user in users:
        consent_give(user=user, texts=texts)
    return [user.email for user, role in zip(users, roles, strict=True) if role != Role.VIEWER]


def _contents(organization: Organization, rows: int, executions: int) -> dict[str, Any]:
    """Two projects, each with a batch that was run twice, and further executions without jobs."""
    batches, with_jobs, jobs = [], [], []
    for name in ("Products", "Suppliers"):
        project = _project(organization, name)
        batch = fill_batch(rows, project, analyze=False)
        pair = [fill_execution(batch, rows, columns_with_cells=["price"], shift=one, analyze=False) for one in (0, 2)]
        fill_executions(pair[1], executions // 2, analyze=False)
        for execution in pair:
            roll_up_want(execution.pk)
            roll_up_compute(execution.pk)
        patterns_want_one(pair[1].pk)
        patterns_analyse(pair[1].pk)
        batches.append(batch)
        with_jobs += pair
        jobs += list(_ids(Job.objects.filter(execution=pair[1]).order_by("position")[:SHOWN]))
        _number_on(organization)
    tag = tag_create(organization=organization, user=None, name="Looked at", colour="#206bc4")
    return {
        "projects": [str(batch.project_id) for batch in batches],
        "batches": [str(batch.pk) for batch in batches],
        "executions": [str(execution.pk) for execution in with_jobs],
        "jobs": jobs,
        "tag": str(tag.pk),
        "row_ids": list(_ids(batches[0].rows.order_by("position")[:SHOWN])),
        "rows": rows,
    }


def _project(organization: Organization, name: str) -> Project:
    return project_create(organization=organization, user=None, name=name, instructions=INSTRUCTIONS)


def _number_on(organization: Organization) -> None:
    """New executions get numbers after those that were filled in."""
    last = Execution.objects.filter(organization=organization).aggregate(last=Max("number"))["last"]
    Organization.objects.filter(pk=organization.pk).update(last_execution_number=last)


def _ids(queryset: Any) -> Iterator[str]:
    return (str(pk) for pk in queryset.values_list("pk", flat=True))


def _live(organization: Organization, shop_port: int, folder: Path) -> dict[str, Any]:
    """A project whose batch the built-in agent can run, over the shop on this machine."""
    path = folder / "live.csv"
    write_sites(path, shop_port)
    project = _project(organization, "Live")
    with path.open("rb") as file:
        batch: Batch = import_file(project=project, user=None, file=file, filename=path.name).batch
    return {
        "live_project": str(project.pk),
        "live_batch": str(batch.pk),
        "version": str(project.production_version_id),
        "sites": path.read_text(),
    }


def write_sites(path: Path, port: int, rows: int = 20) -> None:
    """A file of pages of the shop with the truth about them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["site_url", "name", "expected_price"])
        for number in range(1, rows + 1):
            url = f"http://127.0.0.1:{port}/products/{number}"
            writer.writerow([url, f"Oak lamp {number}", price_of(number)])
