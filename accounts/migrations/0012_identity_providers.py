"""Organizations' own identity providers, and the e-mail domains that are confirmed to be theirs."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import mino.common.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_copies_of_personal_data")]

    operations = [
        migrations.CreateModel(
            name="IdentityProvider",
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
                    "protocol",
                    models.CharField(choices=[("openid", "OpenID Connect"), ("saml", "SAML 2.0")], max_length=6),
                ),
                ("name", models.CharField(max_length=40)),
                ("is_enabled", models.BooleanField(default=True)),
                ("issuer", models.CharField(max_length=500)),
                ("sign_in_url", models.CharField(max_length=1000)),
                ("client_id", models.CharField(blank=True, max_length=191)),
                ("secret", models.TextField(blank=True, editable=False)),
                ("metadata_url", models.CharField(blank=True, max_length=1000)),
                ("certificates", models.JSONField(blank=True, default=list)),
                (
                    "joins_as",
                    models.CharField(blank=True, choices=[("viewer", "Viewer"), ("member", "Member")], max_length=8),
                ),
                ("last_sign_in_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity_provider",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EmailDomain",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mino.common.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("domain", models.CharField(max_length=253)),
                ("token", models.CharField(editable=False, max_length=64)),
                ("confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("confirmed_by_staff", models.BooleanField(default=False, editable=False)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_domains",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ["domain"],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "domain"), name="email_domain_once"),
                    models.UniqueConstraint(
                        fields=("domain",),
                        condition=models.Q(("confirmed_at__isnull", False)),
                        name="email_domain_confirmed_once",
                    ),
                ],
            },
        ),
    ]
