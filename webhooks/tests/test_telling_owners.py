"""Owners are told by mail that a webhook was disabled, whatever the mail server says of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, Role, User
from mino.tests.factories import MembershipFactory, UserFactory
from webhooks.models import DisabledBy, Subscription
from webhooks.sending import telling_owners
from webhooks.sending.telling_owners import LONGEST, owners_tell
from webhooks.services.disabling import disable
from webhooks.tests.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db
UNKNOWN, LATER = 550, 451


@pytest.fixture
def mails(settings: Settings) -> Iterator[MailServer]:
    """A mail server that MINO sends by."""
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


@pytest.fixture
def disabled(subscription: Subscription) -> Subscription:
    """A webhook whose owners are to be told."""
    disable(subscription, DisabledBy.FAILURES)
    return subscription


@pytest.fixture
def second(organization: Organization) -> User:
    """Another owner."""
    user = UserFactory(email="second@northlight.example")
    MembershipFactory(organization=organization, user=user, role=Role.OWNER)
    return user


def is_due(subscription: Subscription) -> bool:
    subscription.refresh_from_db()
    return subscription.owners_due_at is not None


def come_due() -> None:
    Subscription.objects.exclude(owners_due_at=None).update(owners_due_at=timezone.now())


@pytest.mark.parametrize("code", [UNKNOWN, LATER])
def test_an_owner_whose_mail_is_refused_keeps_it_from_no_other(
    code: int, mails: MailServer, disabled: Subscription, owner: User, second: User
) -> None:
    mails.answers[owner.email] = code
    assert owners_tell(disabled.pk)
    assert mails.taken == [second.email]
    assert not is_due(disabled), "nobody gets it again"


def test_mails_that_are_refused_for_good_are_not_tried_again(
    mails: MailServer, disabled: Subscription, owner: User
) -> None:
    mails.answers[owner.email] = UNKNOWN
    assert not owners_tell(disabled.pk)
    assert not is_due(disabled)


def test_while_no_owner_is_reached_the_sweep_comes_back_for_a_day(
    mails: MailServer, disabled: Subscription, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    mails.answers[owner.email] = LATER
    assert not owners_tell(disabled.pk)
    assert is_due(disabled)
    assert "could not be sent: SMTPRecipientsRefused" in caplog.text
    come_due()
    mails.answers.clear()
    assert owners_tell(disabled.pk)
    assert mails.taken == [owner.email]
    assert not is_due(disabled)


def test_after_a_day_nobody_is_told_any_more(disabled: Subscription, owner: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert not owners_tell(disabled.pk)
    assert is_due(disabled)
    come_due()
    Subscription.objects.update(disabled_at=F("disabled_at") - LONGEST - timedelta(minutes=1))
    assert not owners_tell(disabled.pk)
    assert not is_due(disabled)


@pytest.mark.django_db(transaction=True)
def test_while_a_mail_is_sent_no_connection_to_the_database_is_held(
    disabled: Subscription, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    monkeypatch.setattr(telling_owners, "send_mail", lambda *_: held.append(connection.connection is not None))
    assert owners_tell(disabled.pk)
    assert held == [False, False]
    assert not is_due(disabled)
