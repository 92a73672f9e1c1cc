"""The texts, and the page on which one agrees to them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from accounts.models import LegalKind, LegalText
from accounts.privacy.consenting import consent_give
from accounts.privacy.cookies import COOKIES, STORAGE
from accounts.privacy.middleware import consent_not_required
from accounts.privacy.texts import texts_to_agree
from mino.common.values.clean import clean_text


class ConsentForm(forms.Form):
    """A tick for all texts that are shown."""

    texts = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(label="I have read this and agree")


@login_not_required
@require_safe
def legal_text(request: HttpRequest, kind: str) -> HttpResponse:
    """A text as it is in force, or an earlier version of it (`?version=`)."""
    if kind not in LegalKind.values:
        raise Http404("There is no such text.")
    texts = LegalText.objects.filter(kind=kind)
    wanted = request.GET.get("version", "")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= 4
    found = texts.filter(version=int(wanted)) if is_number else texts
    text = found.order_by("-version").first()
    if text is None:
        raise Http404("There is no such version.")
    versions = texts.order_by("-version").defer("text")[:50]
    return render(request, "legal/text.html", {"text": text, "versions": versions})


@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """What MINO keeps in the reader's browser."""
    return render(request, "legal/cookies.html", {"cookies": COOKIES, "storage": STORAGE})


@consent_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: SignedInRequest) -> HttpResponse:
    """The texts that one has not agreed to yet. Only what was shown is agreed to."""
    following = _following(request)
    texts = texts_to_agree(request.user)
    if not texts:
        return HttpResponseRedirect(following)
    shown = ",".join(str(text.pk) for text in texts)
    form = ConsentForm(request.POST or None, initial={"texts": shown})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["texts"] == shown:
            consent_give(user=request.user, texts=texts)
            return HttpResponseRedirect(following)
        messages.warning(request, "There is a newer version by now. Please read it again.")
        form = ConsentForm(initial={"texts": shown})
    context = {"form": form, "texts": texts, "next": following}
    return render(request, "legal/consent.html", context)


def _following(request: HttpRequest) -> str:
    """The page that one came from, if it is one of these pages."""
    wanted = clean_text(request.POST.get("next") or request.GET.get("next") or "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else "/"
