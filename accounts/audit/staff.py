"""Tells the audit trail what platform staff change in Django admin, with what it was before."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.forms import BaseModelForm
from django.http import HttpRequest

from accounts.audit.recording import record
from accounts.models import Organization

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Base = ModelAdmin[Any]
else:
    Base = object


class AuditedAdmin(Base):
    """What is added to each page of Django admin (`StaffSite.register`), so that none can forget it."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record the fields that were changed."""
        super().save_model(request, obj, form, change)
        _record_form(form, obj, is_new=not change)
        request.audited = {*getattr(request, "audited", ()), obj.pk}  # type: ignore[attr-defined]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The same for what stands within the page of another object."""
        super().save_formset(request, form, formset, change)
        added = {id(one) for one in formset.new_objects}
        changed = {id(one) for one, _ in formset.changed_objects}
        for one in formset.forms:
            if id(one.instance) in added | changed:
                _record_form(one, one.instance, is_new=id(one.instance) in added)
        for gone in formset.deleted_objects:
            _record("staff.deleted", gone, before={"deleted": str(gone)})

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """What has a page of its own (a password) is told here alone."""
        if obj.pk not in getattr(request, "audited", ()):
            _record("staff.changed", obj, after={"what": message if isinstance(message, str) else "Password"})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Record what is about to be deleted, one by one."""
        for one in queryset:
            _record("staff.deleted", one, before={"deleted": str(one)})
        return super().log_deletions(request, queryset)


def _record_form(form: BaseModelForm[Any], obj: Model, *, is_new: bool) -> None:
    names = form.changed_data
    if not names and not is_new:
        return
    before = {name: form.initial.get(name) for name in names}
    after = {name: _plain(form.cleaned_data.get(name), before[name]) for name in names}
    _record("staff.created" if is_new else "staff.changed", obj, before=None if is_new else before, after=after)


def _plain(value: Any, before: Any) -> Any:
    """A chosen object as its id where the form began with an id, so that both sides are alike."""
    if isinstance(value, Model):
        return value.pk if isinstance(before, (int, uuid.UUID)) else str(value)
    return [str(one) for one in value] if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) else value


def _record(
    action: str, obj: Model, *, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> None:
    kind = str(obj._meta.verbose_name)
    after = {"kind": kind, **after} if after else after
    before = {"kind": kind, **before} if before and not after else before
    organization = obj if isinstance(obj, Organization) else getattr(obj, "organization_id", None)
    record(action, obj, organization=organization, before=before, after=after)
