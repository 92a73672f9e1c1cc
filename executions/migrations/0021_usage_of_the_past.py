"""Counts what is there already: projects, this month's executions, and what earlier months used."""

from collections import defaultdict
from datetime import UTC
from decimal import Decimal

from django.db import migrations
from django.db.models import Count, F, Q
from django.utils import timezone

UNFINISHED = ["queued", "running", "paused"]


def count(apps, schema_editor):
    Organization = apps.get_model("accounts", "Organization")
    UsageMonth = apps.get_model("accounts", "UsageMonth")
    Execution = apps.get_model("executions", "Execution")
    this_month = timezone.now().astimezone(UTC).date().replace(day=1)
    alive = Count("projects", filter=Q(projects__is_deleted=False))
    for organization in Organization.objects.annotate(alive=alive).iterator(chunk_size=500):
        months = defaultdict(lambda: {"executions": 0, "rows": 0, "costs": defaultdict(Decimal)})
        executions = Execution.objects.filter(organization=organization)
        values = executions.values_list("created_at", "completed_jobs", "error_jobs", "cost", "currency")
        for created_at, completed, errors, cost, currency in values.iterator(chunk_size=2000):
            month = months[created_at.astimezone(UTC).date().replace(day=1)]
            month["executions"] += 1
            month["rows"] += completed + errors
            if cost:
                month["costs"][currency] += cost
        executions.update(metered_rows=F("completed_jobs") + F("error_jobs"), metered_cost=F("cost"))
        UsageMonth.objects.bulk_create(
            UsageMonth(
                organization=organization,
                month=month,
                projects=organization.alive,
                executions=used["executions"],
                rows=used["rows"],
                costs={currency: str(cost) for currency, cost in used["costs"].items()},
            )
            for month, used in months.items()
        )
        Organization.objects.filter(pk=organization.pk).update(
            project_count=organization.alive,
            execution_count=months[this_month]["executions"],
            execution_month=this_month,
        )
    Execution.objects.exclude(status__in=UNFINISHED).update(is_metering=False)


def forget(apps, schema_editor):
    apps.get_model("accounts", "UsageMonth").objects.all().delete()
    apps.get_model("accounts", "Organization").objects.update(project_count=0, execution_count=0, execution_month=None)
    apps.get_model("executions", "Execution").objects.update(metered_rows=0, metered_cost=0, is_metering=True)


class Migration(migrations.Migration):
    dependencies = [
        ("executions", "0020_metering"),
        ("accounts", "0004_plans_and_usage"),
    ]

    operations = [migrations.RunPython(count, forget)]
