"""What the pages of Django admin share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline

MOST_COUNTED = 10_000


class CappedPaginator(Paginator[Any]):
    """Counts no further than 10,000: a count over a million objects would take longer than the page."""

    @cached_property
    def count(self) -> int:
        """How many there are, or 10,000."""
        capped: Any = self.object_list[:MOST_COUNTED]
        return int(capped.count())


class Untouchable:
    """Objects that nobody makes, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: services make them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: services change them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: they go with what they belong to."""
        return False


class ReadOnlyAdmin(Untouchable, ModelAdmin):
    """Shows objects that nobody changes by hand."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ["-pk"]


class ReadOnlyInline(Untouchable, TabularInline):
    """Shows what belongs to an object."""

    extra = 0
