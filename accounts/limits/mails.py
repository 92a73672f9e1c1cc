"""The mails about plans."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import PlanRequest, User

logger = logging.getLogger(__name__)


def request_mail(plan_request: PlanRequest) -> None:
    """Tell platform staff that an organization asks for another plan."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    link = settings.PUBLIC_URL + reverse("admin:accounts_planrequest_change", args=[plan_request.pk])
    _send("plan_request", plan_request, list(staff.values_list("email", flat=True)), link)


def decision_mail(plan_request: PlanRequest) -> None:
    """Tell who asked what was decided, if they are still there."""
    user = plan_request.requested_by
    if user is None or not user.is_active or not user.has_perm("accounts.view_usage", plan_request.organization):
        return
    link = settings.PUBLIC_URL + reverse("usage", args=[plan_request.organization.slug])
    _send("plan_decision", plan_request, [user.email], link)


def _send(name: str, plan_request: PlanRequest, addresses: list[str], link: str) -> None:
    """Send each their own mail. What can't be sent is logged: the request stands on the page and in Django admin."""
    if not addresses:
        logger.warning("Nobody is platform staff, so no mail tells of plan request %s.", plan_request.pk)
    context = {"plan_request": plan_request, "organization": plan_request.organization, "link": link}
    subject = " ".join(render_to_string(f"accounts/mail/{name}_subject.txt", context).split())
    body = render_to_string(f"accounts/mail/{name}_message.txt", context)
    for address in addresses:
        try:
            EmailMessage(subject, body, to=[address]).send()
        except (SMTPException, OSError) as error:
            logger.warning("A mail about plan request %s could not be sent: %s", plan_request.pk, type(error).__name__)
