"""People and organizations for platform staff."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.limits import admin as limits_admin  # noqa: F401 - registers plans and usage
from accounts.limits.asking import limits_changed
from accounts.models import AuditEntry, Membership, Organization, User
from accounts.services import user_save
from mino.common.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Users, by e-mail address."""

    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Person", {"fields": ["name", "avatar", "time_zone"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Save the user as the profile page does."""
        user_save(obj, avatar_before=str(form.initial.get("avatar") or ""))


class MembershipInline(admin.TabularInline[Membership, Organization]):
    """The members of an organization."""

    model = Membership
    fk_name = "organization"
    autocomplete_fields = ["user", "invited_by"]
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    """Organizations with their members."""

    list_display = ["name", "slug", "plan", "project_count", "execution_count", "execution_month", "created_at"]
    list_filter = ["plan"]
    search_fields = ["name", "slug"]
    readonly_fields = ["project_count", "execution_count", "execution_month", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "plan", "created_at"]}),
        (
            "Limits agreed instead of the plan’s",
            {
                "fields": ["max_projects", "max_executions_a_month", "max_requests_an_hour"],
                "description": "Empty: what the plan allows.",
            },
        ),
        ("Used", {"fields": ["project_count", "execution_count", "execution_month"]}),
    ]
    inlines = [MembershipInline]

    def save_model(self, request: HttpRequest, obj: Organization, form: ModelForm[Organization], change: bool) -> None:
        """Save it, and tell the audit trail of another plan or other limits."""
        super().save_model(request, obj, form, change)
        if change:
            limits_changed(obj, form.initial)


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
