"""Failure patterns."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_roll_ups"), ("executions", "0016_repeats_and_pairs")]

    operations = [
        migrations.CreateModel(
            name="FailurePattern",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("type", "How cells fail"),
                            ("shape", "What wrong values look like"),
                            ("attribute", "Where it fails"),
                            ("error", "Errors"),
                        ],
                        max_length=9,
                    ),
                ),
                ("column", models.CharField(blank=True, max_length=200)),
                ("failing", models.CharField(max_length=40)),
                ("key", models.CharField(blank=True, max_length=20)),
                ("value", models.CharField(blank=True, max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("cured", "Cured"), ("dismissed", "Dismissed")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("first_seen_at", models.DateTimeField(blank=True, null=True)),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                ("frequency", models.PositiveIntegerField(default=0)),
                ("n", models.PositiveIntegerField(default=0)),
                ("lift", models.FloatField(blank=True, null=True)),
                ("weight", models.PositiveIntegerField(default=0)),
                (
                    "cured_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.instructionversion",
                    ),
                ),
                (
                    "last_execution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="executions.execution",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failure_patterns",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PatternAnalysis",
            fields=[
                (
                    "execution",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pattern_analysis",
                        serialize=False,
                        to="executions.execution",
                    ),
                ),
                ("wanted_at", models.DateTimeField(blank=True, null=True)),
                ("heartbeat", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("analysed_at", models.DateTimeField(blank=True, null=True)),
                ("jobs", models.PositiveIntegerField(default=0)),
                ("cells", models.PositiveBigIntegerField(default=0)),
                ("tests", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "pattern analyses",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("wanted_at__isnull", False)), fields=["wanted_at"], name="analysis_wanted"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PatternOccurrence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("is_found", models.BooleanField(default=True)),
                ("frequency", models.PositiveIntegerField()),
                ("n", models.PositiveIntegerField()),
                ("other_frequency", models.PositiveIntegerField(default=0)),
                ("other_n", models.PositiveIntegerField(default=0)),
                ("lift", models.FloatField(blank=True, null=True)),
                ("lift_low", models.FloatField(blank=True, null=True)),
                ("lift_high", models.FloatField(blank=True, null=True)),
                ("q", models.FloatField(blank=True, null=True)),
                ("weight", models.PositiveIntegerField(default=0)),
                ("examples", models.JSONField(default=list)),
                ("details", models.JSONField(default=list)),
                ("positions", models.BinaryField(default=bytes)),
                (
                    "execution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="executions.execution",
                    ),
                ),
                (
                    "pattern",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occurrences",
                        to="analytics.failurepattern",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="failurepattern",
            index=models.Index(fields=["project", "state", "-weight", "-id"], name="pattern_heaviest"),
        ),
        migrations.AddConstraint(
            model_name="failurepattern",
            constraint=models.UniqueConstraint(
                fields=("project", "kind", "column", "failing", "key", "value"), name="pattern_once_per_project"
            ),
        ),
        migrations.AddIndex(
            model_name="patternoccurrence",
            index=models.Index(fields=["pattern", "-at", "-id"], name="occurrence_newest"),
        ),
        migrations.AddIndex(
            model_name="patternoccurrence",
            index=models.Index(fields=["execution", "is_found", "-weight"], name="occurrence_of_execution"),
        ),
        migrations.AddConstraint(
            model_name="patternoccurrence",
            constraint=models.UniqueConstraint(fields=("pattern", "execution"), name="occurrence_once"),
        ),
    ]
