"""Tags of an organization, and what has them."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import RegexValidator
from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from mino.common.api.cursors import Key
from mino.common.api.fields import Text
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.values.colours import WRONG_COLOUR
from projects.models import Tag
from projects.models.tag import MAX_TAG_NAME
from projects.services import tags as services


class TagGiven(Given):
    """A coloured word."""

    edited = ("name", "colour")
    example = {
        "id": "019c1a62-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "name": "Gold truth",
        "colour": "#b98900",
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
    }

    id = serializers.UUIDField()
    name = serializers.CharField(required=False)
    colour = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)


class Colour(Text):
    """A colour as `#rrggbb`, or short as `#rgb`."""

    def __init__(self, **options: Any) -> None:
        valid = RegexValidator(r"^#([0-9a-fA-F]{3}){1,2}\Z", WRONG_COLOUR)
        super().__init__(max_length=7, validators=[valid], help_text="As #rrggbb.", **options)


class TagNew(Taken):
    """A new tag."""

    example = {"name": "To look at", "colour": "#2f80ed"}

    name = Text(max_length=MAX_TAG_NAME)
    colour = Colour()


class TagChange(Taken):
    """What is to be changed; what is left out stays."""

    example = {"colour": "#c0428a"}

    name = Text(max_length=MAX_TAG_NAME, required=False)
    colour = Colour(required=False)


TAGS = Listing(TagGiven, {"name": Key("folded"), "created_at": Key("created_at")}, default="name")


class TagList(ApiView):
    """The tags of an organization."""

    heading = "Folders and tags"

    @operation("tag_list", "List tags", scope=Scope.READ_BATCHES, listing=TAGS)
    def get(self, request: ApiRequest) -> Response:
        """All tags, at most 200."""
        return self.page(Tag.objects.visible_to(request.user).filter(organization=request.organization))

    @operation(
        "tag_create",
        "Create a tag",
        scope=Scope.WRITE_BATCHES,
        takes=TagNew,
        answers=TagGiven,
        status=201,
        idempotent=True,
        errors=["ALREADY_EXISTS"],
    )
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Create a tag. A key that is limited to projects can't."""
        tag = services.tag_create(organization=request.organization, user=request.user, **values)
        return self.answer(tag, TagGiven, created_at=reverse("api_tag", args=[tag.pk]))


class TagDetail(ApiView):
    """One tag."""

    heading = "Folders and tags"

    @operation("tag_read", "Read a tag", scope=Scope.READ_BATCHES, answers=TagGiven)
    def get(self, request: ApiRequest, tag_id: uuid.UUID) -> Response:
        """One tag."""
        return self.answer(self._tag(request, tag_id), TagGiven)

    @operation(
        "tag_update",
        "Change a tag",
        scope=Scope.WRITE_BATCHES,
        takes=TagChange,
        answers=TagGiven,
        conditional=True,
        errors=["ALREADY_EXISTS"],
    )
    def patch(self, request: ApiRequest, tag_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Give a tag another name or colour."""
        with self.edited(self._tag(request, tag_id), TagGiven) as tag:
            wanted = {"name": tag.name, "colour": tag.colour, **values}
            services.tag_change(tag=tag, user=request.user, **wanted)
        return self.answer(tag, TagGiven)

    @operation("tag_delete", "Delete a tag", scope=Scope.WRITE_BATCHES, status=204, conditional=True)
    def delete(self, request: ApiRequest, tag_id: uuid.UUID) -> Response:
        """Delete a tag, and take it from all batches and rows that have it."""
        tag = self._tag(request, tag_id)
        with self.unchanged(tag, TagGiven, _lock):
            services.tag_delete(tag=tag, user=request.user)
        return self.nothing()

    def _tag(self, request: ApiRequest, tag_id: uuid.UUID) -> Tag:
        seen = Tag.objects.visible_to(request.user).filter(organization=request.organization)
        tag: Tag = self.find(seen.select_related("organization"), pk=tag_id)
        return tag


def _lock(tag: Tag) -> None:
    """For good: nobody puts it on anything meanwhile."""
    Tag.objects.select_for_update().filter(pk=tag.pk).first()
