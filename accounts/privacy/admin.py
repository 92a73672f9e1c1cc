"""The texts and consents for platform staff: texts are published, and then they stay."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import Consent, LegalText, User
from accounts.privacy.texts import legal_text_publish
from mino.common.admin import ReadOnlyAdmin


class LegalTextForm(ModelForm[LegalText]):
    """The next version of a text."""

    class Meta:
        model = LegalText
        fields = ["kind", "text", "change"]

    def clean(self) -> dict[str, Any] | None:
        """Refuse the text that is in force already, before anything is published."""
        values = super().clean() or self.cleaned_data
        newest = LegalText.objects.filter(kind=values.get("kind", "")).order_by("-version").first()
        if newest is not None and newest.text.strip() == values.get("text", "").strip():
            self.add_error("text", f"This is the text of version {newest.version}. Change something first.")
        return values


@admin.register(LegalText)
class LegalTextAdmin(admin.ModelAdmin[LegalText]):
    """Adding one publishes it: everybody is asked to agree to it."""

    list_display = ["kind", "version", "change", "published_at"]
    list_filter = ["kind"]
    search_fields = ["text", "change"]
    form = LegalTextForm

    def has_change_permission(self, request: HttpRequest, obj: LegalText | None = None) -> bool:
        """What was published is what people agreed to."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LegalText | None = None) -> bool:
        """It stays."""
        return False

    def save_model(self, request: HttpRequest, obj: LegalText, form: ModelForm[LegalText], change: bool) -> None:
        """Publish it."""
        values: dict[str, Any] = form.cleaned_data
        user = request.user if isinstance(request.user, User) else None
        published = legal_text_publish(kind=values["kind"], text=values["text"], change=values["change"], user=user)
        obj.pk, obj.version = published.pk, published.version


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """Who agreed to what."""

    list_display = ["user", "legal_text", "given_at", "address"]
    list_filter = ["legal_text__kind"]
    list_select_related = ["user", "legal_text"]
    search_fields = ["user__email"]
