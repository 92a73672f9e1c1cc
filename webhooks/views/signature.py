"""The page to try a signature."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from mino.common.secrets import SecretUnreadable
from webhooks.forms import SignatureForm
from webhooks.models import Subscription
from webhooks.secrets import secrets_at
from webhooks.trying import Verdict, is_secret, try_signatures
from webhooks.views.finding import the_subscription


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_signature(request: WorkspaceRequest, slug: str, webhook_id: uuid.UUID) -> HttpResponse:
    """Says whether the headers of a call prove that MINO sent it. Nothing is kept."""
    subscription = the_subscription(request, webhook_id)
    form = SignatureForm(request.POST or None)
    verdicts = _verdicts(form, subscription) if request.method == "POST" and form.is_valid() else []
    context = {"form": form, "subscription": subscription, "verdicts": verdicts}
    return render(request, "webhooks/signature.html", context)


@sensitive_variables()
def _verdicts(form: SignatureForm, subscription: Subscription) -> list[Verdict]:
    values: dict[str, Any] = form.cleaned_data
    own = values["secret"].strip()
    if own and not is_secret(own):
        form.add_error("secret", "A secret begins with whsec_ and goes on in base64. Copy it as it was shown.")
        return []
    try:
        secrets = [own] if own else secrets_at(subscription, timezone.now())
    except SecretUnreadable as error:
        form.add_error(None, str(error))
        return []
    return try_signatures(
        body=values["body"],
        secrets=secrets,
        signature=values["signature"],
        message_id=values["webhook_id"],
        timestamp=values["webhook_timestamp"],
        standard=values["webhook_signature"],
        show=bool(own),
    )
