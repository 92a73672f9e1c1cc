"""The mail that carries an invitation."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts.models import Invitation

logger = logging.getLogger(__name__)


@sensitive_variables()
def invitation_mail(invitation: Invitation, token: str) -> bool:
    """Send the link, and answer whether the mail went out; if not, the invitation says so from then on."""
    context = {
        "invitation": invitation,
        "organization": invitation.organization,
        "link": settings.PUBLIC_URL + reverse("invitation", args=[token]),
    }
    subject = " ".join(render_to_string("accounts/mail/invitation_subject.txt", context).split())
    body = render_to_string("accounts/mail/invitation_message.txt", context)
    try:
        EmailMessage(subject, body, to=[invitation.email]).send()
    except (SMTPException, OSError) as error:
        logger.warning("An invitation could not be sent: %s", type(error).__name__)
        Invitation.objects.filter(pk=invitation.pk).update(is_undelivered=True)
        return False
    return True
