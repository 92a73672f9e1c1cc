"""Pages about people and organizations."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import OrganizationForm, ProfileForm
from accounts.http import SignedInRequest
from accounts.middleware import LAST_ORGANIZATION_COOKIE
from accounts.models import Organization, User
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.values.clean import clean_text


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The landing page for the anonymous; for the rest the way to their last organization, or to making one."""
    if not request.user.is_authenticated:
        return render(request, "accounts/landing.html")
    mine = Organization.objects.visible_to(request.user)
    last = mine.filter(slug=clean_text(request.COOKIES.get(LAST_ORGANIZATION_COOKIE, ""))).first()
    organization = last or mine.first() or Organization.objects.of(request.user).first()
    if organization is None:
        return redirect("organization_create")
    return redirect("organization_home", slug=organization.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """One's own name, picture and time zone."""
    form = ProfileForm(request.POST or None, request.FILES or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        services.user_save(form.save(commit=False), avatar_before=str(form.initial["avatar"] or ""))
        messages.success(request, "Your profile is saved.")
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_safe
def avatar(request: SignedInRequest, user_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The picture of oneself or of somebody in a common organization."""
    mine = Organization.objects.visible_to(request.user)
    with_me = Q(memberships__organization__in=mine) | Q(guest_places__organization__in=mine)
    people = User.objects.filter(Q(pk=request.user.pk) | with_me).distinct()
    user = get_object_or_404(people, pk=user_id)
    name = str(user.avatar.name or "")
    if not name or not default_storage.exists(name):
        raise Http404("There is no picture.")
    response = FileResponse(default_storage.open(name))
    response["Cache-Control"] = "private, max-age=300"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def organization_create(request: SignedInRequest) -> HttpResponse:
    """A new workspace, owned by who makes it."""
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organization = services.organization_create(
                name=form.cleaned_data["name"], slug=form.cleaned_data["slug"], owner=request.user
            )
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"{organization.name} is ready. Create its first project.")
            return redirect("organization_home", slug=organization.slug)
    return render(request, "accounts/organization_create.html", {"form": form})
