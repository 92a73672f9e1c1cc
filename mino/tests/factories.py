"""Makes the objects that tests need, each with what must stand beside it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Guest, Invitation, Membership, Organization, Plan, Role, User
from accounts.models.invitation import digest_of
from executions.models import ColumnStatistic, Execution, ExecutionStatus, FieldResult, Job, JobStatus, Session
from projects.models import Batch, BatchStatus, Column, InstructionVersion, Project, Row

JOINED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
APP_KEY = "JBSWY3DPEHPK3PXP"


class UserFactory(DjangoModelFactory[User]):
    """A person whose password is `PASSWORD`, and who has agreed to the terms."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)
    terms_version = privacy_version = 1


def add_second_factor(user: User) -> User:
    """Give the user an authenticator app, whose key is `APP_KEY`. Django admin opens only to staff who have one."""
    TOTP.activate(user, APP_KEY)
    return user


def code_of_app(key: str = APP_KEY, *, period: int = 0) -> str:
    """What the app shows now, or `period` half minutes from now."""
    return str(format_hotp_value(hotp_value(key, int(time.time()) // 30 + period)))


class OrganizationFactory(DjangoModelFactory[Organization]):
    """An organization without members, whose plan is never in the way."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")
    plan = Plan.ENTERPRISE


class MembershipFactory(DjangoModelFactory[Membership]):
    """A member."""

    class Meta:
        model = Membership

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER
    joined_at = JOINED


class GuestFactory(DjangoModelFactory[Guest]):
    """A guest to whom nothing is granted yet."""

    class Meta:
        model = Guest

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    joined_at = JOINED


class InvitationFactory(DjangoModelFactory[Invitation]):
    """An invitation that can be accepted; the link's token is `token`."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda n: f"token-{n}")

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    role = Role.MEMBER
    digest = factory.LazyAttribute(lambda invitation: digest_of(invitation.token))
    invited_at = factory.LazyFunction(timezone.now)
    sent_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class VersionFactory(DjangoModelFactory[InstructionVersion]):
    """A version of a project's instructions, numbered after the ones before it."""

    class Meta:
        model = InstructionVersion

    project = factory.SubFactory("mino.tests.factories.ProjectFactory")
    text = "Return the title and the price of the product."

    @factory.lazy_attribute
    def number(self) -> int:
        project: Project = self.project
        project.last_version_number += 1
        project.save(update_fields=["last_version_number"])
        return project.last_version_number


class ProjectFactory(DjangoModelFactory[Project]):
    """A project whose first version is the production version."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Project {n}")

    @factory.post_generation
    def version(self, create: bool, extracted: InstructionVersion | None, **values: Any) -> None:
        """Add version 1."""
        project: Project = self
        if create:
            project.production_version = extracted or VersionFactory(project=project, **values)
            project.save(update_fields=["production_version"])


class BatchFactory(DjangoModelFactory[Batch]):
    """A ready batch with the columns site_url, title and price (both truth), and with `rows` rows (none by default)."""

    class Meta:
        model = Batch
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    organization = factory.SelfAttribute("project.organization")
    name = factory.Sequence(lambda n: f"Batch {n}")
    status = BatchStatus.READY
    source_name = "sites.csv"

    @factory.post_generation
    def columns(self, create: bool, extracted: list[dict[str, Any]] | None, **values: Any) -> None:
        """Add the columns."""
        for position, column in enumerate(extracted or COLUMNS, 1):
            Column.objects.create(batch=self, position=position, **column)

    @factory.post_generation
    def rows(self, create: bool, extracted: int | None, **values: Any) -> None:
        """Add rows, and count them."""
        batch: Batch = self
        for position in range(1, (extracted or 0) + 1):
            RowFactory(batch=batch, position=position)
        if extracted:
            batch.row_count = batch.truth_row_count = extracted
            batch.save(update_fields=["row_count", "truth_row_count"])


COLUMNS = [
    {"name": "site_url", "header": "site_url", "type": "url", "role": "site_url"},
    {"name": "title", "header": "expected_title", "type": "text", "role": "ground_truth"},
    {"name": "price", "header": "expected_price", "type": "number", "role": "ground_truth"},
]


class RowFactory(DjangoModelFactory[Row]):
    """A row with the truth of title and price."""

    class Meta:
        model = Row

    batch = factory.SubFactory(BatchFactory)
    position = factory.Sequence(lambda n: n + 1)
    url = factory.LazyAttribute(lambda row: f"https://shop{row.position}.example/item")
    truth = factory.LazyAttribute(lambda row: {"title": f"Kettle {row.position}", "price": f"{row.position}.50"})
    has_truth = True


class ExecutionFactory(DjangoModelFactory[Execution]):
    """A queued execution of the batch's project, without jobs; its counters are what is given."""

    class Meta:
        model = Execution

    batch = factory.SubFactory(BatchFactory)
    project = factory.SelfAttribute("batch.project")
    organization = factory.SelfAttribute("batch.organization")
    instruction_version = factory.SelfAttribute("project.production_version")
    instructions = factory.SelfAttribute("instruction_version.text")
    number = factory.Sequence(lambda n: n + 1)
    agent = "local"
    status = ExecutionStatus.QUEUED

    @factory.lazy_attribute
    def columns(self) -> list[dict[str, Any]]:
        batch: Batch = self.batch
        return [dict(column) for column in batch.columns.values("name", "type", "role", "options")]


class JobFactory(DjangoModelFactory[Job]):
    """A queued job of a new row of the execution's batch."""

    class Meta:
        model = Job

    execution = factory.SubFactory(ExecutionFactory)
    row = factory.SubFactory(RowFactory, batch=factory.SelfAttribute("..execution.batch"))
    batch = factory.SelfAttribute("execution.batch")
    project = factory.SelfAttribute("execution.project")
    organization = factory.SelfAttribute("execution.organization")
    position = factory.SelfAttribute("row.position")
    row_position = factory.SelfAttribute("row.position")
    url = factory.SelfAttribute("row.url")
    has_ground_truth = factory.SelfAttribute("row.has_truth")
    status = JobStatus.QUEUED


class SessionFactory(DjangoModelFactory[Session]):
    """An attempt that runs."""

    class Meta:
        model = Session

    job = factory.SubFactory(JobFactory)
    organization = factory.SelfAttribute("job.organization")
    number = factory.LazyAttribute(lambda session: session.job.sessions.count() + 1)
    started_at = JOINED


class FieldResultFactory(DjangoModelFactory[FieldResult]):
    """A correct cell."""

    class Meta:
        model = FieldResult

    job = factory.SubFactory(JobFactory)
    execution = factory.SelfAttribute("job.execution")
    column = "price"
    expected = "1.50"
    extracted = "1.50"
    outcome = "correct"
    score = 1.0


class ColumnStatisticFactory(DjangoModelFactory[ColumnStatistic]):
    """The counts of a column."""

    class Meta:
        model = ColumnStatistic

    execution = factory.SubFactory(ExecutionFactory)
    column = "price"
    position = 3
