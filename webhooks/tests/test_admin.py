"""Webhooks in Django admin: to look at, without secrets, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from mino.tests.factories import add_second_factor
from webhooks.models import Delivery, Subscription
from webhooks.sending.sender import send_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client_for: Callable[[User], Client]) -> Client:
    user = User.objects.create_superuser("staff@mino.example", "x")
    add_second_factor(user)
    return client_for(user)


def test_staff_see_webhooks_deliveries_and_events_but_no_secrets(
    staff: Client, subscription: Subscription, happen: Callable[..., None]
) -> None:
    happen()
    send_due()
    delivery = Delivery.objects.get()
    for model, found in (("subscription", subscription), ("delivery", delivery), ("event", delivery.event)):
        listed = reverse(f"admin:webhooks_{model}_changelist")
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(listed).status_code == 200
            counts.append(len(queries))
            happen()
            happen()
        assert counts[0] == counts[1], model
        for term in (str(found.pk), "northlight", "nothing of the kind"):
            assert staff.get(listed, {"q": term}).status_code == 200
        page = staff.get(reverse(f"admin:webhooks_{model}_change", args=[found.pk]))
        assert page.status_code == 200
        assert subscription.secret not in page.text
        assert staff.get(reverse(f"admin:webhooks_{model}_add")).status_code == 403
