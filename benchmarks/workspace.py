"""The organization and project that the benchmarks work in."""

from __future__ import annotations

from accounts.models import Organization, Plan, User
from accounts.privacy.consenting import consent_give
from accounts.privacy.texts import texts_to_agree
from accounts.services import organization_create
from projects.models import InstructionVersion, Project
from projects.services.projects import project_create

INSTRUCTIONS = "Find the product on {{name}} and give its price, currency, availability, brand, e-mail and date."


def bench_user() -> User:
    """The owner of the organization."""
    user: User | None = User.objects.filter(email="owner@bench.example").first()
    if user is None:
        user = User.objects.create_user(email="owner@bench.example", password=None)
        consent_give(user=user, texts=texts_to_agree(user))  # else every page leads to the texts
    return user


def bench_organization() -> Organization:
    """The organization, made when it is first asked for."""
    found = Organization.objects.filter(slug="bench").first()
    return found or organization_create(name="Bench", slug="bench", owner=bench_user(), plan=Plan.ENTERPRISE)


def bench_project() -> Project:
    """The project with one version of instructions, made when it is first asked for."""
    organization = bench_organization()
    found = Project.objects.filter(organization=organization).first()
    return found or project_create(organization=organization, user=None, name="Products", instructions=INSTRUCTIONS)


def production_version(project: Project) -> InstructionVersion:
    """The version that was made with the project."""
    version = project.production_version
    if version is None:
        raise RuntimeError("The project has no instructions.")
    return version
