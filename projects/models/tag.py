"""Coloured words that analysts put on batches and on rows."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote_plus

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from accounts.permissions import Principal, organizations_of
from mino.common.models import Dated, Identified
from projects.models.project import grants_of

MAX_TAG_NAME = 50
COLOUR_FORM = r"\A#[0-9a-f]{6}\Z"


class TagQuerySet(models.QuerySet["Tag"]):
    """Tags, narrowed to what somebody may see."""

    def visible_to(self, user: Principal) -> TagQuerySet:
        """Those of the user's organizations; where they are a guest, those that stand on what they are shown."""
        seen = Q(organization__in=organizations_of(user))
        if granted := list(grants_of(user)):
            from projects.models.tagging import TaggedBatch, TaggedRow

            batches, rows = (
                tagged._default_manager.filter(batch__project__in=granted).order_by().values("tag")
                for tagged in (TaggedBatch, TaggedRow)
            )
            seen |= Q(pk__in=batches.union(rows))
        return self.filter(seen)


class Tag(Identified, Dated):
    """A coloured word of an organization. `folded` is its name without regard to case, which is unique."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=MAX_TAG_NAME)
    folded = models.CharField(max_length=3 * MAX_TAG_NAME, editable=False)
    colour = models.CharField(max_length=7, validators=[RegexValidator(COLOUR_FORM)])

    objects: ClassVar[Any] = TagQuerySet.as_manager()

    class Meta:
        ordering = ["folded"]
        default_permissions = ()
        # The constraint's index also gives an organization's tags by name.
        constraints = [models.UniqueConstraint(fields=["organization", "folded"], name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def in_address(self) -> str:
        """Its name as it is written in an address."""
        return quote_plus(self.name)

    @property
    def id_text(self) -> str:
        """Its id, for names of elements in pages."""
        return str(self.pk)
