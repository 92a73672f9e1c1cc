"""Scoring generations: many results are scored anew beside the old verdicts."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [("executions", "0014_first_attempts_of_the_past"), ("projects", "0006_notes_on_the_truth")]

    operations = [
        migrations.CreateModel(
            name="JobScore",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("generation", models.PositiveSmallIntegerField()),
                (
                    "evaluation_result",
                    models.CharField(
                        choices=[("pass", "pass"), ("fail", "fail"), ("not_gradable", "not_gradable")], max_length=12
                    ),
                ),
                ("outcomes", models.JSONField(default=dict)),
                ("good_fields", models.PositiveSmallIntegerField(default=0)),
                ("gradable_fields", models.PositiveSmallIntegerField(default=0)),
                ("accuracy", models.FloatField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Rescoring",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("generation", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("running", "Under way"),
                            ("failed", "Failed"),
                            ("tidying", "Removing what is outdated"),
                            ("done", "Done"),
                        ],
                        default="pending",
                        max_length=7,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("jobs_total", models.PositiveIntegerField(default=0)),
                ("jobs_done", models.PositiveIntegerField(default=0)),
                ("cells_changed", models.PositiveIntegerField(default=0)),
                ("claim", models.UUIDField(blank=True, editable=False, null=True)),
                ("claims", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("heartbeat", models.DateTimeField(blank=True, editable=False, null=True)),
                ("switched_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RescoringPart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("columns", models.JSONField()),
                ("rows", models.JSONField(blank=True, null=True)),
                ("cursor", models.PositiveIntegerField(default=0)),
                ("is_done", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="fieldresult",
            name="field_result_once",
        ),
        migrations.AddField(
            model_name="execution",
            name="scoring_generation",
            field=models.PositiveSmallIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="execution",
            name="scoring_options",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="execution",
            name="staged_options",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="fieldresult",
            name="since_generation",
            field=models.PositiveSmallIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="fieldresult",
            name="until_generation",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="fieldresult",
            index=models.Index(
                condition=models.Q(("since_generation__gt", 1)),
                fields=["execution", "since_generation"],
                name="field_result_staged",
            ),
        ),
        migrations.AddIndex(
            model_name="fieldresult",
            index=models.Index(
                condition=models.Q(("until_generation__isnull", False)),
                fields=["execution", "until_generation"],
                name="field_result_outdated",
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldresult",
            constraint=models.UniqueConstraint(fields=("job", "column", "since_generation"), name="field_result_once"),
        ),
        migrations.AddField(
            model_name="jobscore",
            name="execution",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="executions.execution"
            ),
        ),
        migrations.AddField(
            model_name="jobscore",
            name="job",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="staged_scores",
                to="executions.job",
            ),
        ),
        migrations.AddField(
            model_name="rescoring",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rescorings",
                to="projects.batch",
            ),
        ),
        migrations.AddField(
            model_name="rescoring",
            name="execution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rescorings", to="executions.execution"
            ),
        ),
        migrations.AddField(
            model_name="rescoring",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="rescoringpart",
            name="rescoring",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="executions.rescoring",
            ),
        ),
        migrations.AddIndex(
            model_name="jobscore",
            index=models.Index(fields=["execution", "generation"], name="job_score_of_execution"),
        ),
        migrations.AddConstraint(
            model_name="jobscore",
            constraint=models.UniqueConstraint(fields=("job", "generation"), name="job_score_once"),
        ),
        migrations.AddIndex(
            model_name="rescoring",
            index=models.Index(fields=["batch", "-created_at", "-id"], name="rescoring_newest_of_batch"),
        ),
        migrations.AddIndex(
            model_name="rescoring",
            index=models.Index(
                condition=models.Q(("status__in", ["pending", "running", "tidying"])),
                fields=["heartbeat"],
                name="rescoring_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="rescoring",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["pending", "running", "failed"])),
                fields=("execution",),
                name="rescoring_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="rescoringpart",
            constraint=models.UniqueConstraint(fields=("rescoring", "number"), name="rescoring_part_once"),
        ),
    ]
