from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone


def clear(apps, schema_editor):
    """Remove what is left of grants on deleted projects, guests without any grant, and invitations to nothing."""
    grant = apps.get_model("projects", "ProjectUserObjectPermission")
    promised = apps.get_model("projects", "InvitedGrant")
    grant.objects.filter(content_object__is_deleted=True).delete()
    promised.objects.filter(project__is_deleted=True).delete()
    left = grant.objects.filter(user=OuterRef("user"), content_object__organization=OuterRef("organization"))
    apps.get_model("accounts", "Guest").objects.exclude(Exists(left)).delete()
    waiting = apps.get_model("accounts", "Invitation").objects.filter(role="guest", ended_at=None)
    nothing = waiting.exclude(Exists(promised.objects.filter(invitation=OuterRef("pk"))))
    nothing.update(ended_at=timezone.now(), ending="revoked")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_retention_of_organizations"),
        ("projects", "0011_rows_know_their_tags"),
    ]

    operations = [migrations.RunPython(clear, migrations.RunPython.noop)]
