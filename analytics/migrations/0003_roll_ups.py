"""Figures by site and by row, kept so that no page reads all jobs."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_exports_in_the_background"), ("executions", "0016_repeats_and_pairs")]

    operations = [
        migrations.CreateModel(
            name="BatchRollUp",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="roll_up",
                        serialize=False,
                        to="projects.batch",
                    ),
                ),
                ("as_of", models.DateTimeField(blank=True, null=True)),
                ("stable_right", models.PositiveIntegerField(default=0)),
                ("stable_wrong", models.PositiveIntegerField(default=0)),
                ("flaky", models.PositiveIntegerField(default=0)),
                ("few", models.PositiveIntegerField(default=0)),
                ("pairs", models.PositiveBigIntegerField(default=0)),
                ("agreeing", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SiteGeneration",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("execution_id", models.UUIDField(db_index=True)),
                ("batch_id", models.UUIDField(db_index=True)),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ExecutionRollUp",
            fields=[
                (
                    "execution",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="roll_up",
                        serialize=False,
                        to="executions.execution",
                    ),
                ),
                ("generation", models.UUIDField(blank=True, editable=False, null=True)),
                ("as_of", models.DateTimeField(blank=True, null=True)),
                ("seconds_taken", models.FloatField(default=0)),
                ("sites", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("with_truth", models.PositiveIntegerField(default=0)),
                ("answered_with_truth", models.PositiveIntegerField(default=0)),
                ("latency", models.JSONField(blank=True, default=dict)),
                ("wanted_at", models.DateTimeField(blank=True, null=True)),
                ("claim", models.UUIDField(blank=True, editable=False, null=True)),
                ("heartbeat", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("wanted_at__isnull", False)), fields=["wanted_at"], name="roll_up_wanted"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteStatistic",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("generation", models.UUIDField()),
                ("site", models.CharField(max_length=255)),
                ("jobs", models.PositiveIntegerField(default=0)),
                ("passed", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("errors", models.PositiveIntegerField(default=0)),
                ("good", models.PositiveBigIntegerField(default=0)),
                ("gradable", models.PositiveBigIntegerField(default=0)),
                ("timed", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("cost", models.DecimalField(decimal_places=6, default=0, max_digits=14)),
                ("trouble", models.FloatField(default=0)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["generation", "-trouble", "site"], name="site_hardest")],
                "constraints": [
                    models.UniqueConstraint(fields=("generation", "site"), name="site_once_per_generation")
                ],
            },
        ),
        migrations.CreateModel(
            name="RowHistory",
            fields=[
                (
                    "row",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="history",
                        serialize=False,
                        to="projects.row",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("stable_right", "Stable right"),
                            ("stable_wrong", "Stable wrong"),
                            ("flaky", "Flaky"),
                            ("few", "Too few results"),
                        ],
                        default="few",
                        max_length=12,
                    ),
                ),
                ("graded", models.PositiveIntegerField(default=0)),
                ("passes", models.PositiveIntegerField(default=0)),
                ("fails", models.PositiveIntegerField(default=0)),
                ("errors", models.PositiveIntegerField(default=0)),
                ("flips", models.PositiveIntegerField(default=0)),
                ("answers", models.PositiveIntegerField(default=0)),
                ("distinct_answers", models.PositiveIntegerField(default=0)),
                ("pairs", models.PositiveBigIntegerField(default=0)),
                ("agreeing", models.PositiveBigIntegerField(default=0)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.batch",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "row histories",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["batch", "kind", "-flips", "-row"], name="history_of_batch"),
                    models.Index(fields=["project", "kind", "-flips", "-row"], name="history_of_project"),
                ],
            },
        ),
    ]
