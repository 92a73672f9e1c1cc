"""Invitations: sending, taking back, accepting, and what their links show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.members.accepting import invitation_accept
from accounts.members.invitations import (
    A_DAY,
    invitation_resend,
    invitation_revoke,
    invitations_create,
    remove_ended,
)
from accounts.models import AuditEntry, Ending, Guest, Invitation, Membership, Organization, Role, User
from accounts.models.invitation import GUEST
from mino.common.errors import AlreadyExists, Forbidden, InvalidInput, InvalidState, TooManyRequests
from mino.tests.factories import InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
Invite = Callable[..., str]
NEW = "new@northlight.example"
DETAILS = {"name": "Nia New", "email": NEW, "password1": "a long enough one", "agreed": "on"}


@pytest.fixture
def invite(
    organization: Organization, admin: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Invite:
    """Invites an address, and answers the path of the link in the mail."""

    def done(email: str = NEW, role: str = Role.MEMBER, user: User = admin) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            invitations_create(organization=organization, emails=[email], role=role, user=user)
        return link()

    return done


def link() -> str:
    found = re.search(r"http\S+(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_mail_says_who_invites_whom_to_what(invite: Invite, admin: User, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://mino.example"
    path = invite()
    sent = mail.outbox[-1]
    assert (sent.to, sent.subject) == ([NEW], "Join Northlight Retail on MINO")
    for part in (admin.email, "as a member", f"https://mino.example{path}", NEW):
        assert part in sent.body


def test_the_token_is_kept_as_a_digest_only(invite: Invite) -> None:
    token = invite().strip("/").rpartition("/")[2]
    kept = Invitation.objects.values().get()
    assert len(token) >= 43
    assert token not in repr(kept)
    assert token not in repr(list(AuditEntry.objects.values()))


def test_who_has_no_account_signs_up_and_is_in(client: Client, invite: Invite, admin: User) -> None:
    path = invite()
    assert f'href="{path}sign-up/"' in client.get(path).text
    assert NEW in client.get(f"{path}sign-up/").text
    response = client.post(f"{path}sign-up/", {**DETAILS, "email": "other@elsewhere.example"}, follow=True)
    assert response.redirect_chain[-1][0] == "/o/northlight/"
    user = User.objects.get(email=NEW)
    assert not User.objects.filter(email="other@elsewhere.example").exists()
    assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]
    place = Membership.objects.get(user=user)
    assert (place.role, place.invited_by, place.invited_at is not None) == (Role.MEMBER, admin, True)
    assert len(mail.outbox) == 1  # the address needs no other confirmation
    assert AuditEntry.objects.filter(event="invitation.accepted", actor_id=user.pk).exists()
    assert AuditEntry.objects.filter(event="member.joined", actor_id=user.pk, object_pk=str(place.pk)).exists()


def test_who_has_an_account_signs_in_and_accepts(client: Client, client_for: ClientFor, invite: Invite) -> None:
    user = UserFactory(email=NEW)
    path = invite(email="New@Northlight.Example")
    assert f"/accounts/login/?next={path}" in client.get(path).text
    assert client.get(f"{path}sign-up/")["Location"] == path
    assert client.post(path)["Location"] == f"/accounts/login/?next={path}"
    browser = client_for(user)
    assert "Accept the invitation" in browser.get(path).text
    assert not Membership.objects.filter(user=user).exists()
    assert browser.post(path)["Location"] == "/o/northlight/"
    assert Membership.objects.get(user=user).role == Role.MEMBER


def test_another_person_is_told_so_and_not_let_in(client_for: ClientFor, invite: Invite, stranger: User) -> None:
    path = invite()
    browser = client_for(stranger)
    page = browser.get(path).text
    assert "for another address" in page
    assert "Accept the invitation" not in page
    browser.post(path)
    assert not Membership.objects.filter(user=stranger, organization__slug="northlight").exists()
    assert Invitation.objects.pending().exists()


def test_another_confirmed_address_of_ones_own_will_do(invite: Invite, stranger: User) -> None:
    invite()
    invitation = Invitation.objects.select_related("organization").get()
    address = stranger.emailaddress_set.create(email=NEW, verified=False)  # type: ignore[attr-defined]
    with pytest.raises(Forbidden):
        invitation_accept(invitation=invitation, user=stranger)
    address.verified = True
    address.save()
    invitation_accept(invitation=invitation, user=stranger)
    assert Membership.objects.filter(user=stranger, organization__slug="northlight").exists()


def test_a_link_works_once(client: Client, client_for: ClientFor, invite: Invite) -> None:
    user = UserFactory(email=NEW)
    path = invite()
    client_for(user).post(path)
    Membership.objects.filter(user=user).delete()
    for browser in (client, client_for(user)):
        assert browser.get(path).status_code == browser.post(path).status_code == 410
    assert not Membership.objects.filter(user=user).exists()


def test_a_link_works_for_seven_days(client: Client, invite: Invite) -> None:
    path = invite()
    assert Invitation.objects.get().expires_at - timezone.now() > timedelta(days=6, hours=23)
    Invitation.objects.update(expires_at=timezone.now())
    response = client.get(path)
    assert (response.status_code, "has expired" in response.text) == (410, True)
    assert client.get(f"{path}sign-up/")["Location"] == path
    client.post(f"{path}sign-up/", DETAILS)
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_that_nobody_sent_is_not_found(client: Client, invite: Invite) -> None:
    path = invite()
    for wrong in (path[:-2] + "/", "/invitations/%00/", "/invitations/" + "x" * 2000 + "/"):
        assert client.get(wrong).status_code == 404
        assert client.get(wrong + "sign-up/").status_code == 404


def test_sending_again_replaces_the_link(
    client: Client,
    invite: Invite,
    admin: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = invite()
    invited_at = Invitation.objects.get().invited_at
    with django_capture_on_commit_callbacks(execute=True):
        again = invitation_resend(invitation=Invitation.objects.get(), user=admin)
    assert "newest mail" in client.get(first).text
    assert client.get(link()).status_code == 200
    assert (again.invited_at, Invitation.objects.pending().count()) == (invited_at, 1)
    assert AuditEntry.objects.filter(event="invitation.resent").count() == 1


def test_a_revoked_invitation_is_worthless(client: Client, invite: Invite, admin: User) -> None:
    path = invite()
    invitation = Invitation.objects.get()
    invitation_revoke(invitation=invitation, user=admin)
    invitation_revoke(invitation=invitation, user=admin)
    assert "taken back" in client.get(path).text
    with pytest.raises(InvalidState):
        invitation_resend(invitation=invitation, user=admin)
    assert AuditEntry.objects.filter(event="invitation.revoked").count() == 1


def test_an_accepted_invitation_is_not_revoked(invite: Invite, admin: User) -> None:
    invite()
    invitation = Invitation.objects.select_related("organization").get()
    invitation_accept(invitation=invitation, user=UserFactory(email=NEW))
    with pytest.raises(InvalidState, match="Remove them"):
        invitation_revoke(invitation=invitation, user=admin)


def test_one_that_was_sent_again_is_not_revoked_in_the_place_of_the_newest(invite: Invite, admin: User) -> None:
    invite()
    first = Invitation.objects.get()
    again = invitation_resend(invitation=first, user=admin)
    with pytest.raises(InvalidState, match="sent again"):
        invitation_revoke(invitation=first, user=admin)
    assert Invitation.objects.pending().get() == again
    assert not AuditEntry.objects.filter(event="invitation.revoked").exists()


def test_nobody_invites_above_their_own_rights(
    organization: Organization, admin: User, member: User, owner: User
) -> None:
    with pytest.raises(Forbidden):
        invitations_create(organization=organization, emails=[NEW], role=Role.OWNER, user=admin)
    with pytest.raises(PermissionDenied):
        invitations_create(organization=organization, emails=[NEW], role=Role.VIEWER, user=member)
    [made] = invitations_create(organization=organization, emails=[NEW], role=Role.OWNER, user=owner)
    with pytest.raises(Forbidden):
        invitation_resend(invitation=made, user=admin)


def test_one_wrong_address_sends_none(organization: Organization, admin: User, member: User) -> None:
    with pytest.raises(InvalidInput) as refused:
        invitations_create(
            organization=organization, emails=[NEW, "nobody", "a b@x.example"], role=Role.MEMBER, user=admin
        )
    assert [detail.path for detail in refused.value.details] == ["emails.1", "emails.2"]
    for known in (member.email, member.email.upper()):
        with pytest.raises(AlreadyExists, match="is in Northlight Retail already"):
            invitations_create(organization=organization, emails=[NEW, known], role=Role.MEMBER, user=admin)
    assert not Invitation.objects.exists()


def test_who_waits_is_not_invited_twice_until_the_link_has_expired(organization: Organization, admin: User) -> None:
    def again(role: str) -> int:
        return len(invitations_create(organization=organization, emails=[NEW, NEW], role=role, user=admin))

    assert again(Role.MEMBER) == 1
    with pytest.raises(AlreadyExists, match="invited already"):
        again(Role.VIEWER)
    Invitation.objects.update(expires_at=timezone.now())
    again(Role.VIEWER)
    assert Invitation.objects.pending().get().role == Role.VIEWER


def test_an_organization_sends_fifty_a_day_counting_those_sent_again(organization: Organization, admin: User) -> None:
    InvitationFactory.create_batch(A_DAY - 1, organization=organization, ended_at=timezone.now(), ending=Ending.REVOKED)
    with pytest.raises(TooManyRequests, match="at most 1 now, or all in 24 hours"):
        invitations_create(organization=organization, emails=[NEW, "b@x.example"], role=Role.MEMBER, user=admin)
    [last] = invitations_create(organization=organization, emails=[NEW], role=Role.MEMBER, user=admin)
    with pytest.raises(TooManyRequests, match="Go on in 24 hours"):
        invitation_resend(invitation=last, user=admin)
    Invitation.objects.exclude(pk=last.pk).update(sent_at=timezone.now() - timedelta(days=1))
    invitation_resend(invitation=last, user=admin)


def test_beyond_the_number_of_a_day_it_is_said_when_there_is_room_for_all(
    client_for: ClientFor, organization: Organization, admin: User
) -> None:
    now = timezone.now()
    for hours in (22, 23):
        InvitationFactory(organization=organization, sent_at=now - timedelta(hours=hours))
    InvitationFactory.create_batch(A_DAY - 2, organization=organization)
    two = [NEW, "b@x.example"]
    with pytest.raises(TooManyRequests, match="Go on in 2 hours") as refused:
        invitations_create(organization=organization, emails=two, role=Role.MEMBER, user=admin)
    limits = refused.value.limits
    assert limits is not None
    assert (limits.current, limits.maximum, limits.reset) == (A_DAY, A_DAY, now + timedelta(hours=2))
    assert 7190 < int(refused.value.headers["Retry-After"]) <= 7200
    page = client_for(admin).post(reverse("invitation_create", args=["northlight"]), {"emails": NEW, "role": "member"})
    assert "Go on in an hour." in page.text
    many = [f"p{number}@x.example" for number in range(A_DAY + 1)]
    with pytest.raises(InvalidInput, match="at most 50 people at once"):
        invitations_create(organization=organization, emails=many, role=Role.MEMBER, user=admin)


def test_a_mail_that_can_not_be_sent_is_told(
    client_for: ClientFor, invite: Invite, admin: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 2
    with pytest.raises(IndexError):
        invite()
    assert Invitation.objects.get().is_undelivered
    assert "could not be sent" in client_for(admin).get("/o/northlight/settings/people/invitations/").text


def test_a_guest_gets_no_membership_and_a_member_stays_one(organization: Organization, member: User) -> None:
    guest = UserFactory()
    for user in (guest, member):
        invitation_accept(
            invitation=InvitationFactory(organization=organization, email=user.email, role=GUEST), user=user
        )
    assert list(Guest.objects.values_list("user", flat=True)) == [guest.pk]
    assert Membership.objects.get(user=member).role == Role.MEMBER
    invitation_accept(invitation=InvitationFactory(organization=organization, email=guest.email), user=guest)
    assert not Guest.objects.exists()
    assert Membership.objects.filter(user=guest).exists()


def test_old_invitations_do_not_stay(organization: Organization) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    InvitationFactory(organization=organization, ended_at=long_ago, ending=Ending.ACCEPTED)
    InvitationFactory(organization=organization, expires_at=long_ago)
    InvitationFactory(organization=organization)
    assert remove_ended() == 2
    assert Invitation.objects.count() == 1
