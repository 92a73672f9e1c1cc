"""Many people, organizations, keys and invitations, and a long audit trail."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import (
    ApiKey,
    AuditEntry,
    EmailDomain,
    FormerSlug,
    Guest,
    IdempotentRequest,
    Invitation,
    Membership,
    Organization,
    PersonExport,
    PlanRequest,
    Role,
    UsageMonth,
    User,
)
from executions.models import AgentCredential
from mino.common.models import new_id
from mino.tests.large.multiplying import ago, id_of, multiply, uuid
from mino.tests.large.place import Places
from projects.models import Level, Project, ProjectUserObjectPermission

MANY = 12_000
SOME = 8_000


def fill_people(places: Places) -> None:
    """People, and what belongs to organizations alone."""
    _organizations(places)
    _members(places)
    _keys_and_invitations(places)
    entry = AuditEntry.objects.filter(organization=places.organization).earliest()
    values = {
        "organization": places.of("organization"),
        "actor": id_of(User, "1 + mod(n, 500)"),
        "api_key_id": f"CASE WHEN mod(n, 10) = 0 THEN {id_of(ApiKey, '2 + 2 * mod(n, 50)')} END",
        "event": "(ARRAY['batch.created', 'execution.started', 'project.changed'])[1 + mod(n / 4, 3)]",
        "channel": "(ARRAY['page', 'page', 'api', 'worker'])[1 + mod(n / 4, 4)]",
        "subject_kind": "(ARRAY['batch', 'execution', 'invitation', 'project'])[1 + mod(n / 4, 4)]",
        "object_pk": f"{id_of(Project, '1 + mod(n, 3000)')}::text",
        "timestamp": ago("timestamp"),
    }
    multiply(entry, 2 * MANY, **values)


def _organizations(places: Places) -> None:
    origin, now = places.organization, timezone.now()
    multiply(origin, SOME, name="'Organization ' || n", slug="'large-' || n")
    own = {"organization": id_of(Organization)}
    slug = FormerSlug.objects.create(organization=origin, slug="northlight-before", retired_at=now)
    multiply(slug, SOME, slug="'before-' || n", **own)
    month = UsageMonth.objects.create(organization=origin, month="2025-01-01")
    multiply(month, SOME, **own)
    multiply(month, 20, id=id_of(UsageMonth, "n + 1000000"), month="'2025-01-01'::date - n * interval '1 month'")
    credential = AgentCredential.objects.create(organization=origin, agent="eva")
    multiply(credential, SOME, **own)
    domain = places.subject(EmailDomain, "domain_id")
    multiply(domain, SOME, domain="'large-' || n || '.example'", **own)
    plan = places.subject(PlanRequest, "plan_request_id")
    multiply(plan, SOME, state="'declined'", created_at=ago("created_at"), **places.few("organization"))


def _members(places: Places) -> None:
    subjects = places.subjects
    multiply(subjects.people[Role.VIEWER], 3 * MANY, email="'person-' || n || '@large.example'", name="'Person ' || n")
    address = EmailAddress.objects.create(user=subjects.people[Role.VIEWER], email="v@large.example", verified=True)
    multiply(address, MANY, user=id_of(User), email="'person-' || n || '@large.example'")
    member = Membership.objects.get(user=subjects.people[Role.VIEWER])
    multiply(member, SOME, user=id_of(User), joined_at=ago("joined_at"), **places.few("organization"))
    guest = Guest.objects.get(user=subjects.guests[Level.VIEW])
    multiply(guest, SOME, user=id_of(User, "n + 4000"), **places.few("organization"))
    copy = PersonExport.objects.create(user=subjects.people[Role.VIEWER], status="ready", expires_at=timezone.now())
    multiply(copy, SOME, user=id_of(User), created_at=ago("created_at"), expires_at="now() + n * interval '1 hour'")


def _keys_and_invitations(places: Places) -> None:
    own = places.few("organization")
    key = places.subject(ApiKey, "api_key_id")
    values = {
        "name": "'Key ' || n",
        "digest": "md5(n::text) || md5('key')",
        "created_at": ago("created_at"),
        "revoked_at": "CASE WHEN n > 100 THEN now() END",
    }
    multiply(key, SOME, **values, **own)
    values = {
        "email": "'invited-' || n || '@large.example'",
        "digest": "md5(n::text) || md5('invitation')",
        "sent_at": ago("sent_at"),
        "ended_at": "CASE WHEN mod(n / 16, 4) > 0 THEN (origin).sent_at END",
    }
    multiply(places.subject(Invitation, "invitation_id"), SOME, **values, **own)
    request = IdempotentRequest.objects.create(
        organization=places.organization, principal=new_id(), key="first", fingerprint="x", created_at=timezone.now()
    )
    multiply(request, MANY, key="'key-' || n", created_at="now() - mod(n, 1400) * interval '1 minute'", **own)


def fill_grants(places: Places) -> None:
    """Grants on private projects, to the guests and to a member."""
    view = Permission.objects.get(codename="view", content_type__app_label="projects")
    guest = places.subjects.guests[Level.VIEW]
    grant = ProjectUserObjectPermission.objects.get(user=guest, permission=view)
    private = id_of(Project, "80 * n")
    for person in (guest, places.subjects.people[Role.VIEWER]):
        multiply(grant, 40, user=uuid(person), content_object=private)
    multiply(grant, SOME, user=id_of(User, "n + 4000"), content_object=id_of(Project, "10 * (1 + mod(n, 400))"))
