"""How long an organization keeps screenshots, raw answers and its audit trail."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_erasure_of_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="audit_days",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="days for the audit trail"),
        ),
        migrations.AddField(
            model_name="organization",
            name="raw_result_days",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="days for raw answers"),
        ),
        migrations.AddField(
            model_name="organization",
            name="screenshot_days",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="days for screenshots"),
        ),
    ]
