"""What files of lists are about: the projects that may be exported from, and what files about a subject are called."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.api.base import ApiRequest
from accounts.http import WorkspaceRequest
from analytics.exporting.background.ordering import EXPORT
from projects.models import Batch, Project


def exportable_projects(request: ApiRequest | WorkspaceRequest) -> QuerySet[Project]:
    """The projects of the organization that who asks may export from; role and grants are read once."""
    seen = Project.objects.visible_to(request.user).filter(organization=request.organization)
    ids = [one.pk for one in seen if request.user.has_perm(EXPORT, one)]
    found: QuerySet[Project] = Project.objects.filter(pk__in=ids)
    return found


def file_stem(subject: Project | Batch) -> str:
    """What the names of files about it begin with."""
    return slugify(subject.name) or ("batch" if isinstance(subject, Batch) else "project")
