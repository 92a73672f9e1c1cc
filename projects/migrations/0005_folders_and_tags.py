"""Folders for batches, tags for batches and rows."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import mino.common.models

ID = models.UUIDField(default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False)


def to(target: str, related_name: str = "+", **options: object) -> models.ForeignKey:
    """A foreign key without an index of its own that cascades."""
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=target, **options
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_users_and_organizations"),
        ("projects", "0004_revisions_of_the_truth"),
    ]

    operations = [
        migrations.CreateModel(
            name="Folder",
            fields=[
                ("id", ID),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=100)),
                ("organization", to("accounts.organization")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="projects.folder",
                    ),
                ),
                ("project", to("projects.project", "folders")),
            ],
            options={
                "ordering": ["name"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("parent__isnull", False)),
                        fields=("parent", "name"),
                        name="folder_name_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("parent__isnull", True)),
                        fields=("project", "name"),
                        name="folder_name_unique_at_top",
                    ),
                ],
                "indexes": [models.Index(fields=["project", "name"], name="folder_by_name")],
            },
        ),
        migrations.AddField(
            model_name="batch",
            name="folder",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="batches",
                to="projects.folder",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["folder", "-created_at", "-id"], name="batch_newest_of_folder"),
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", ID),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=50)),
                ("folded", models.CharField(editable=False, max_length=150)),
                (
                    "colour",
                    models.CharField(
                        max_length=7, validators=[django.core.validators.RegexValidator(r"\A#[0-9a-f]{6}\Z")]
                    ),
                ),
                ("organization", to("accounts.organization", "tags")),
            ],
            options={
                "ordering": ["folded"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "folded"), name="tag_name_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaggedBatch",
            fields=[("id", ID), ("batch", to("projects.batch")), ("tag", to("projects.tag"))],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("batch", "tag"), name="batch_tagged_once")],
                "indexes": [models.Index(fields=["tag", "batch"], name="batches_of_tag")],
            },
        ),
        migrations.AddField(
            model_name="batch",
            name="tags",
            field=models.ManyToManyField(related_name="batches", through="projects.TaggedBatch", to="projects.tag"),
        ),
        migrations.CreateModel(
            name="TaggedRow",
            fields=[
                ("id", ID),
                ("batch", to("projects.batch")),
                ("row", to("projects.row")),
                ("tag", to("projects.tag")),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("row", "tag"), name="row_tagged_once")],
                "indexes": [
                    models.Index(fields=["batch", "tag", "row"], name="rows_of_tag_in_batch"),
                    models.Index(fields=["tag"], name="row_by_tag"),
                ],
            },
        ),
    ]
