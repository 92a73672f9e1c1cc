"""Forms for people and organizations."""

from __future__ import annotations

from itertools import chain, count
from zoneinfo import available_timezones

from django import forms
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from accounts.models import FormerSlug, Organization, User
from accounts.privacy.consenting import consent_give
from accounts.privacy.texts import texts_to_agree

format_html_lazy = lazy(format_html, SafeString)


class SignupForm(forms.Form):
    """What sign-up asks beyond allauth's own fields."""

    name = forms.CharField(max_length=100, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    agreed = forms.BooleanField(
        label=format_html_lazy(
            'I agree to the <a href="{}">terms of use</a> and have read <a href="{}">how my data are treated</a>',
            reverse_lazy("legal_text", args=["terms"]),
            reverse_lazy("legal_text", args=["privacy"]),
        ),
        error_messages={"required": "Without agreeing to them there can be no account."},
    )
    field_order = ["name", "email", "password1", "agreed"]

    def signup(self, request: object, user: User) -> None:
        """Called by allauth once the user is saved."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        consent_give(user=user, texts=texts_to_agree(user))


def free_short_name(name: str) -> str:
    """The short name of `name`, with a number behind it if somebody has it already."""
    short = slugify(name)[:40].strip("-") or "workspace"
    taken = set(Organization.objects.filter(slug__startswith=short).values_list("slug", flat=True))
    taken |= set(FormerSlug.objects.filter(slug__startswith=short).values_list("slug", flat=True))
    return next(one for one in chain([short], (f"{short}-{number}" for number in count(2))) if one not in taken)


class OrganizationForm(forms.ModelForm[Organization]):
    """A new organization: its name, and the short name that stands in its addresses."""

    slug = forms.CharField(
        max_length=50,
        required=False,
        label="Short name",
        error_messages={"unique": "This short name is taken. Choose another."},
        help_text="Stands in the addresses of your pages: small letters, digits, hyphens. Empty: made from the name.",
        widget=forms.TextInput(attrs={"pattern": "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?", "spellcheck": "false"}),
    )

    class Meta:
        model = Organization
        fields = ["name", "slug"]

    def clean(self) -> dict[str, object] | None:
        """Fill an empty short name from the name."""
        if not self.cleaned_data.get("slug"):
            self.cleaned_data["slug"] = free_short_name(self.cleaned_data.get("name", ""))
        return super().clean()


class ProfileForm(forms.ModelForm[User]):
    """A person's own name, picture and time zone."""

    time_zone = forms.ChoiceField(
        required=False,
        choices=[("", "The same as my browser"), *((name, name) for name in sorted(available_timezones()))],
    )

    class Meta:
        model = User
        fields = ["name", "avatar", "time_zone"]

    def clean_avatar(self) -> object:
        """Accept only small pictures."""
        avatar = self.cleaned_data.get("avatar")
        if avatar and getattr(avatar, "size", 0) > 2 * 1024 * 1024 and "avatar" in self.changed_data:
            raise forms.ValidationError("The picture is larger than 2 MB. Choose a smaller one.", code="too_large")
        return avatar
