"""Sites of an execution, and how hard they are."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from analytics.charts.places import SUMS, SiteSum, add_site
from analytics.charts.scope import roll_up_of
from analytics.comparison.arms import site_of
from analytics.models import SiteStatistic
from executions.api.execution_shapes import SHARE, ShareGiven
from executions.api.finding import find_execution
from mino.common.api.cursors import Key
from mino.common.api.filters import HostFilter, ListFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given
from projects.site_form import SiteForm


class SiteGiven(Given):
    """A site (the host without www) in the newest figures of an execution. The id is another one in newer figures."""

    example: ClassVar[Any] = {
        "id": "019c1a95-1b2c-7d3e-8f4a-5b6c7d8e9f0a",
        "site": "shop.example",
        "rows": 40,
        "passed": 10,
        "failed": 26,
        "error": 4,
        "trouble": {"value": 0.75, "n": 40, "low": 0.598, "high": 0.858},
        "accuracy": SHARE,
        "mean_seconds": 4.2,
        "cost": 0.48,
    }

    id = serializers.UUIDField()
    site = serializers.CharField(required=False)
    rows = serializers.IntegerField(source="jobs", required=False)
    passed = serializers.IntegerField(required=False)
    failed = serializers.IntegerField(required=False)
    error = serializers.IntegerField(source="errors", required=False, help_text="Rows without an answer.")
    trouble = serializers.SerializerMethodField(
        required=False, help_text="Rows that did not pass or gave no answer, of those that could be judged."
    )
    accuracy = serializers.SerializerMethodField(
        required=False, help_text="Good cells of the gradable ones; in the interval the cells of a row count as one."
    )
    mean_seconds = serializers.SerializerMethodField(required=False, help_text="The agent’s own time for a row.")
    cost = serializers.FloatField(required=False)

    @extend_schema_field(ShareGiven)
    def get_trouble(self, site: SiteStatistic) -> Any:
        """The share, with its interval."""
        return ShareGiven(self._sum(site).share).data

    @extend_schema_field(ShareGiven)
    def get_accuracy(self, site: SiteStatistic) -> Any:
        """The share, with its interval."""
        return ShareGiven(self._sum(site).accuracy).data

    def get_mean_seconds(self, site: SiteStatistic) -> float | None:
        """The mean; null where nothing was timed."""
        return site.seconds / site.timed if site.timed else None

    def _sum(self, site: SiteStatistic) -> SiteSum:
        found: dict[str, SiteSum] = {}
        add_site(found, site.site, self.context["execution"], {name: getattr(site, name) for name in SUMS})
        return found[site.site]


class SiteFilter(ListFilter):
    """What the sites can be narrowed to."""

    site = HostFilter(method="on_host")

    class Meta:
        form = SiteForm

    def on_host(self, sites: QuerySet[SiteStatistic], name: str, value: str) -> QuerySet[SiteStatistic]:
        """The site of the host, as figures name it: without its port."""
        return sites.filter(site=site_of(f"https://{value}"))


SITES = Listing(
    SiteGiven,
    {"trouble": Key("trouble"), "site": Key("site")},
    default="-trouble",
    filters=SiteFilter,
    last_key="site",
)


class SiteList(ApiView):
    """The sites of an execution."""

    heading = "Analytics"

    @operation("site_list", "List sites", scope=Scope.READ_RESULTS, listing=SITES)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The sites of an execution, those whose rows fail or give no answer most surely first.

        Sorted by the lower end of the interval of `trouble`. Empty until the figures were computed, which is within a
        minute after the execution has ended, and every ten minutes while it runs.
        """
        execution = find_execution(request, execution_id)
        roll_up = roll_up_of(execution)
        if roll_up is None or roll_up.generation is None:
            return self.page(SiteStatistic.objects.none(), execution=execution)
        return self.page(SiteStatistic.objects.filter(generation=roll_up.generation), execution=execution)
