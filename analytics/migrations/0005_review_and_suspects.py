"""What reviewers decided, and suspects in the truth."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_failure_patterns"),
        ("executions", "0016_repeats_and_pairs"),
        ("projects", "0006_notes_on_the_truth"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("column", models.CharField(max_length=200)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("truth_wrong", "Truth was wrong"),
                            ("agent_wrong", "Agent is wrong"),
                            ("both", "Both are right"),
                            ("site_changed", "Site has changed"),
                            ("edited", "Truth was edited"),
                        ],
                        max_length=12,
                    ),
                ),
                ("outcome", models.CharField(max_length=15)),
                ("reason", models.CharField(blank=True, max_length=14)),
                ("before", models.TextField(blank=True)),
                ("after", models.TextField(blank=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("is_settled", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
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
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="executions.job",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.truthrevision",
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.row"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["job", "column"], name="review_decided"),
                    models.Index(fields=["execution", "-created_at", "-id"], name="review_newest"),
                    models.Index(fields=["user", "execution", "-created_at", "-id"], name="review_last_of_user"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewReservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("column", models.CharField(max_length=200)),
                ("expires_at", models.DateTimeField()),
                (
                    "execution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="executions.execution"
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.row"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("row", "column"), name="review_cell_reserved_once")],
            },
        ),
        migrations.CreateModel(
            name="Suspect",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("column", models.CharField(max_length=200)),
                ("truth", models.TextField(blank=True)),
                ("value", models.TextField()),
                ("support", models.PositiveIntegerField()),
                ("share", models.PositiveSmallIntegerField()),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("dismissed", "Dismissed"), ("corrected", "Corrected")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organization",
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
                (
                    "row",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspects",
                        to="projects.row",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["project", "state", "-support", "-share", "-last_seen", "-id"],
                        name="suspect_strongest_of_project",
                    ),
                    models.Index(
                        fields=["batch", "state", "-support", "-share", "-last_seen", "-id"],
                        name="suspect_strongest_of_batch",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["organization", "project"], name="suspect_open"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("row", "column"), name="suspect_once_per_cell")],
            },
        ),
        migrations.CreateModel(
            name="SuspectScan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_wanted", models.BooleanField(default=True)),
                ("trusts_verdicts", models.BooleanField(default=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("claim", models.UUIDField(null=True)),
                ("heartbeat", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspect_scans",
                        to="projects.batch",
                    ),
                ),
                (
                    "execution",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspect_scan",
                        to="executions.execution",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["batch"], name="suspect_scan_by_batch"),
                    models.Index(
                        condition=models.Q(("is_wanted", True), ("claim__isnull", False), _connector="OR"),
                        fields=["heartbeat"],
                        name="suspect_scan_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("execution__isnull", True)), fields=("batch",), name="suspect_scan_of_batch"
                    )
                ],
            },
        ),
    ]
