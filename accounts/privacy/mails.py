"""The mails about one's own data."""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User

logger = logging.getLogger(__name__)


def export_mail(user: User, until: datetime) -> None:
    """Tell that the copy of one's data can be fetched. Without a mail it stands on the page all the same."""
    _send("person_export", user, until)


def erasure_mail(user: User, due: datetime) -> None:
    """Tell that the account is going to be erased, and until when that can be taken back."""
    _send("erasure", user, due)


def _send(name: str, user: User, moment: datetime) -> None:
    context = {"user": user, "moment": moment, "link": settings.PUBLIC_URL + reverse("privacy")}
    subject = " ".join(render_to_string(f"accounts/mail/{name}_subject.txt", context).split())
    body = render_to_string(f"accounts/mail/{name}_message.txt", context)
    try:
        EmailMessage(subject, body, to=[user.email]).send()
    except (SMTPException, OSError) as error:
        logger.warning("A mail about personal data could not be sent: %s", type(error).__name__)
