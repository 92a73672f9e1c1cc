"""What the end of an organization means for its figures and exports."""

from __future__ import annotations

import uuid

from analytics.exporting.background.ordering import forget_file
from analytics.models import Export

AT_ONCE = 200


def exports_of_organization_remove(organization_id: uuid.UUID) -> None:
    """Remove all exports of an organization, and their files."""
    exports = Export.objects.filter(organization=organization_id)
    while found := list(exports[:AT_ONCE]):
        for export in found:
            forget_file(export)
        Export.objects.filter(pk__in=[export.pk for export in found]).delete()
