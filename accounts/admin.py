"""People and organizations for platform staff."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from accounts.api_keys import admin as keys_admin  # noqa: F401 - registers API keys
from accounts.limits import admin as limits_admin  # noqa: F401 - registers plans and usage
from accounts.limits.asking import limits_changed
from accounts.members import admin as members_admin  # noqa: F401 - registers members, invitations and guests
from accounts.models import AuditEntry, Organization, User
from accounts.organizations.deletion import organization_delete, organization_restore
from accounts.privacy import admin as privacy_admin  # noqa: F401 - registers texts and consents
from accounts.privacy import own_data_admin  # noqa: F401 - registers copies of personal data
from accounts.services import user_save
from accounts.signing_in import admin as signing_in_admin  # noqa: F401 - in place of allauth's pages
from accounts.sso import admin as sso_admin  # noqa: F401 - registers identity providers and domains
from mino.common.admin import ReadOnlyAdmin
from mino.common.errors import ServiceError


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Users, by e-mail address."""

    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined", "erasure_due_at"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Person", {"fields": ["name", "avatar", "time_zone"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined", "erasure_due_at"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Save the user as the profile page does."""
        user_save(obj, avatar_before=str(form.initial.get("avatar") or ""))


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    """Organizations. They are made and deleted as their owners do it, so that staff can restore them.

    Their short names are their owners' too: an old one leads on and stays reserved.
    """

    list_display = [
        "name",
        "slug",
        "plan",
        "project_count",
        "execution_count",
        "execution_month",
        "created_at",
        "deleted_at",
    ]
    list_filter = ["plan", ("deleted_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "slug"]
    readonly_fields = [
        *("project_count", "execution_count", "execution_month", "created_at"),
        *("slug", "members", "deleted_at", "deleted_by", "purging_at"),
    ]
    actions = ["hide", "restore"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "plan", "members", "created_at"]}),
        (
            "Limits agreed instead of the plan’s",
            {
                "fields": ["max_projects", "max_executions_a_month", "max_requests_an_hour"],
                "description": "Empty: what the plan allows.",
            },
        ),
        ("Used", {"fields": ["project_count", "execution_count", "execution_month"]}),
        ("Deletion", {"fields": ["deleted_at", "deleted_by", "purging_at"]}),
    ]

    @admin.display(description="Members")
    def members(self, organization: Organization) -> str:
        """How many there are, with the way to where they are changed."""
        count = organization.memberships.count()
        query = urlencode({"organization__id__exact": str(organization.pk)})
        return format_html('<a href="{}?{}">{}</a>', reverse("admin:accounts_membership_changelist"), query, count)

    def save_model(self, request: HttpRequest, obj: Organization, form: ModelForm[Organization], change: bool) -> None:
        """Save what was changed, and tell the audit trail of another plan or other limits.

        The counters beside it are changed by whoever uses the organization meanwhile, so they are not written back.
        """
        obj.save(update_fields=[*form.changed_data, "updated_at"])
        limits_changed(obj, form.initial)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: whoever makes one owns it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never at once: it would take millions of objects along in one transaction."""
        return False

    @admin.action(description="Delete: hide now, remove the data after 14 days", permissions=["change"])
    def hide(self, request: HttpRequest, chosen: QuerySet[Organization]) -> None:
        """Delete the chosen organizations."""
        self._each(request, chosen, organization_delete, "deleted")

    @admin.action(description="Restore what was deleted", permissions=["change"])
    def restore(self, request: HttpRequest, chosen: QuerySet[Organization]) -> None:
        """Take deletions back."""
        self._each(request, chosen, organization_restore, "restored")

    def _each(self, request: HttpRequest, chosen: QuerySet[Organization], act: Callable[..., None], done: str) -> None:
        for organization in chosen:
            try:
                act(organization=organization, user=None)
            except ServiceError as error:
                self.message_user(request, f"{organization}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{organization} is {done}.", messages.SUCCESS)


admin.site.unregister(AuditEntry)  # from django-auditlog's own page


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit trail of all organizations, also what belongs to none: failed sign-ins of nobody, acts of staff."""

    list_display = ["timestamp", "event", "object_repr", "actor_email", "api_key_text", "channel", "organization"]
    list_filter = ["channel", "subject_kind"]
    list_select_related = ["organization"]
    search_fields = ["=actor_email", "=object_pk", "=cid", "=organization__slug"]
    search_help_text = "A whole e-mail address, an object’s id, a request’s id, or an organization’s short name"
    date_hierarchy = None
