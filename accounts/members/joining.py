"""Pages for who is invited: the link of an invitation, and the sign-up that begins there."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.members.accepting import invitation_accept, is_for, refuse_worthless
from accounts.models import Invitation, User
from mino.common.errors import ServiceError
from mino.common.values.clean import clean_text


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link offers, to whom; posting accepts it."""
    found = _found(token)
    user = request.user if isinstance(request.user, User) else None
    try:
        refuse_worthless(found)
    except ServiceError as error:
        return render(request, "accounts/people/invitation_worthless.html", {"reason": error.message}, status=410)
    if request.method == "POST":
        if user is None:
            return redirect_to_login(request.path)
        try:
            invitation_accept(invitation=found, user=user)
        except ServiceError as error:
            messages.error(request, error.message)
            return redirect("invitation", token=token)
        messages.success(request, f"Welcome to {found.organization.name}.")
        return redirect("organization_home", slug=found.organization.slug)
    context = {
        "invitation": found,
        "token": token,
        "is_mine": user is not None and is_for(found, user),
        "has_account": User.objects.filter(email=found.email).exists(),
    }
    return render(request, "accounts/people/invitation.html", context)


class InvitationSignup(SignupView):  # type: ignore[misc]  # allauth has no types
    """Makes the account of the invited address and lets it in at once.

    Who has the link has the mail, so the address counts as confirmed. What sign-up asks otherwise is asked here too.
    """

    template_name = "accounts/people/sign_up.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead back to the link who is signed in or has an account, and where it is worth nothing any more."""
        self.invitation = _found(kwargs["token"])
        is_known = request.user.is_authenticated or User.objects.filter(email=self.invitation.email).exists()
        if is_known or self.invitation.ended_at or self.invitation.is_expired():
            return redirect("invitation", token=kwargs["token"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form(self, form_class: Any = None) -> Any:
        """The usual form; the address is the invited one, whatever was sent."""
        form = super().get_form(form_class)
        form.fields["email"].initial = self.invitation.email
        form.fields["email"].disabled = True
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the invitation."""
        return {**super().get_context_data(**kwargs), "invitation": self.invitation, "token": self.kwargs["token"]}

    def form_valid(self, form: Any) -> HttpResponse:
        """Make the account, sign it in, and let it in."""
        get_adapter().stash_verified_email(self.request, self.invitation.email)
        response: HttpResponse = super().form_valid(form)
        if isinstance(self.user, User):
            try:
                invitation_accept(invitation=self.invitation, user=self.user)
            except ServiceError as error:
                messages.warning(self.request, error.message)
                return redirect("home")
        return response

    def get_success_url(self) -> str:
        """The organization's first page."""
        return reverse("organization_home", args=[self.invitation.organization.slug])


invitation_sign_up = login_not_required(InvitationSignup.as_view())


@sensitive_variables("token")
def _found(token: str) -> Invitation:
    invitations = Invitation.objects.with_token(clean_text(token)).select_related("organization", "invited_by")
    found: Invitation | None = invitations.first()
    if found is None:
        raise Http404("There is no such invitation.")
    return found
