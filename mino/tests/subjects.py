"""One of everything, and one person of every role: what the access matrix asks about."""

from __future__ import annotations

import io
from typing import Any, ClassVar

from django.core.files.base import ContentFile
from guardian.shortcuts import assign_perm
from PIL import Image

from accounts.api_keys.scopes import Scope
from accounts.api_keys.services import api_key_create
from accounts.models import (
    AuditEntry,
    EmailDomain,
    IdentityProvider,
    Membership,
    Organization,
    PersonExport,
    PlanRequest,
    User,
)
from analytics.exporting.background.ordering import export_order
from analytics.exporting.background.running import export_run
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from analytics.models import FailurePattern, SavedFilter, Suspect
from executions.models import Execution, PairedRun, Screenshot
from executions.services.creation import execution_create
from mino.common.models import new_id
from mino.tests.factories import (
    JOINED,
    BatchFactory,
    FieldResultFactory,
    GuestFactory,
    InvitationFactory,
    ProjectFactory,
    SessionFactory,
)
from projects.importing.uploading import import_upload
from projects.models import InvitedGrant, Level, Project, TruthNote, TruthRevision
from projects.services.folders import folder_create
from projects.services.tags import tag_create
from webhooks.events import EVENTS
from webhooks.services.deliveries import example_send
from webhooks.services.subscriptions import subscription_create


def picture() -> ContentFile[bytes]:
    """A small PNG."""
    image = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(image, "PNG")
    return ContentFile(image.getvalue(), name="picture.png")


class Subjects:
    """Objects by the name of the address's parameter that holds their id."""

    OF_A_PROJECT: ClassVar[set[str]] = {
        "project_id",
        "grant_id",
        "batch_id",
        "folder_id",
        "execution_id",
        "pair_id",
        "job_id",
        "session_id",
        "screenshot_id",
        "import_id",
        "number",
        "revision_id",
        "change_id",
        "note_id",
        "export_id",
        "suspect_id",
        "filter_id",
        "pattern_id",
    }

    def __init__(self, organization: Organization, people: dict[str, User], stranger: User) -> None:
        self.people = people
        self.stranger = stranger
        staff = User.objects.filter(email="staff@mino.example").first()
        self.superuser = staff or User.objects.create_superuser(
            "staff@mino.example", "x", terms_version=1, privacy_version=1
        )
        self.project: Project = ProjectFactory(organization=organization)
        batch = BatchFactory(project=self.project, rows=3)
        version = self.project.production_version
        assert version is not None
        execution = execution_create(batch=batch, user=None, instruction_version=version, agent="local")
        paired = PairedRun.objects.create(organization=organization, project=self.project, seed=1)
        Execution.objects.filter(pk=execution.pk).update(pair=paired, pair_place=1)
        job = execution.jobs.first()
        assert job is not None
        session = SessionFactory(job=job)
        screenshot = Screenshot.objects.create(session=session, image=picture(), thumbnail=picture(), taken_at=JOINED)
        uploaded = ContentFile(b"site_url,expected_price\nhttps://shop.example/1,12\nnowhere,13\n")
        batch_import = import_upload(project=self.project, user=people["member"], file=uploaded, name="sites.csv")
        revision = TruthRevision.objects.create(
            batch=batch, row=job.row, column="price", after="1", created_at=JOINED, change=new_id()
        )
        note = TruthNote.objects.create(batch=batch, row=job.row, column="price", text="Called them", created_at=JOINED)
        export = export_order(source=BatchRows(batch), export_format=ExportFormat.CSV, user=people["viewer"])
        export_run(export.pk)
        pattern = FailurePattern.objects.create(
            organization=organization, project=self.project, kind="type", column="price", failing="value_mismatch"
        )
        suspect = Suspect.objects.create(
            organization=organization,
            project=self.project,
            batch=batch,
            row=job.row,
            column="price",
            value="2",
            support=2,
            share=1000,
            first_seen=JOINED,
            last_seen=JOINED,
        )
        webhook = subscription_create(
            organization=organization, user=people["owner"], url="https://hooks.example/mino", events=list(EVENTS)
        ).subscription
        delivery = example_send(subscription=webhook, user=people["owner"])
        token = f"a-token-that-nobody-at-{organization.slug}-guesses"
        invitation = InvitationFactory(organization=organization, token=token)
        entry = AuditEntry.objects.filter(organization=organization).first()
        assert entry is not None
        self.guests = {level: self._guest(level) for level in Level}
        promised = InvitedGrant.objects.create(invitation=invitation, project=self.project, level=Level.VIEW)
        IdentityProvider.objects.create(
            organization=organization, protocol="openid", name="ID", issuer="https://id.example"
        )
        domain = EmailDomain.objects.create(
            organization=organization, domain=f"{organization.slug}.example", confirmed_at=JOINED
        )
        self._values: dict[str, Any] = {
            "kind": "terms",
            "entry_id": entry.pk,
            "webhook_id": webhook.pk,
            "delivery_id": delivery.pk,
            "suspect_id": suspect.pk,
            "pattern_id": pattern.pk,
            "import_id": batch_import.pk,
            "export_id": export.pk,
            "filter_id": SavedFilter.objects.create(project=self.project, name="Errors", query="status=error").pk,
            "person_export_id": PersonExport.objects.create(user=people["viewer"]).pk,
            "domain_id": domain.pk,
            "slug": organization.slug,
            "organization_id": organization.pk,
            "row_id": job.row_id,
            "column_id": batch.columns.get(name="price").pk,
            "api_key_id": api_key_create(
                organization=organization, user=None, name="CI", scopes=[Scope.READ_PROJECTS]
            ).api_key.pk,
            "project_id": self.project.pk,
            "batch_id": batch.pk,
            "execution_id": execution.pk,
            "pair_id": paired.pk,
            "job_id": job.pk,
            "cell_id": FieldResultFactory(job=job, extracted="2", outcome="wrong", score=0.0).pk,
            "session_id": session.pk,
            "screenshot_id": screenshot.pk,
            "number": 1,
            "revision_id": revision.pk,
            "change_id": revision.change,
            "note_id": note.pk,
            "folder_id": folder_create(project=self.project, user=None, name="Catalogues").pk,
            "tag_id": tag_create(organization=organization, user=None, name="Gold truth", colour="#b98900").pk,
            "user_id": self.guests[Level.VIEW].pk,
            "plan_request_id": PlanRequest.objects.create(organization=organization, plan="pro", created_at=JOINED).pk,
            "membership_id": Membership.objects.get(user=people["member"]).pk,
            "guest_id": GuestFactory(organization=organization).pk,
            "invitation_id": invitation.pk,
            "grant_id": promised.pk,
            "token": token,
            "agent": "eva",
            "product_slug": "mug-speckle",
        }

    def value(self, parameter: str) -> Any:
        """The value for a parameter of an address. Raises KeyError when this class has no such object yet."""
        return self._values[parameter]

    def _guest(self, level: str) -> User:
        """Somebody without a membership who was granted this on the project."""
        organization = self.project.organization
        email = f"{level}@guests.{organization.slug}.example"
        guest: User = GuestFactory(organization=organization, user__email=email).user
        assign_perm(f"projects.{level}", guest, self.project)
        return guest

    def make_private(self) -> None:
        """Hide the project from those without a grant."""
        Project.objects.filter(pk=self.project.pk).update(is_private=True)
