"""Makes the demo workspace: a person, an organization, a project, a batch of the sample shop, and its first run."""

from __future__ import annotations

import csv
import io
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.models import Organization, Plan, User
from accounts.privacy.consenting import consent_give
from accounts.privacy.texts import texts_to_agree
from accounts.services import organization_create
from executions.services.creation import execution_create
from mino.common.errors import ServiceError
from mino.env import kept_secret
from mino.sample_site.catalogue import BROKEN, MISSING, PRODUCTS, Product
from projects.importing.files import import_file
from projects.models import Project
from projects.services.projects import project_find_or_create

EMAIL = "demo@example.com"
SLUG = "demo"
INSTRUCTIONS = """Open the product page and return for the article that it is about:
- name: its full name, as the heading says
- price: what a visitor pays today, not a struck-out older price
- currency: the currency of that price, as an ISO code or as its sign
- in_stock: yes if it can be bought now, otherwise no
- brand: the maker
- sku: the shop's own article number"""
HEADER = [
    "site_url",
    "note",
    *(f"expected_{name}" for name in ("name", "price", "currency", "in_stock", "brand", "sku")),
]


class Command(BaseCommand):
    """`manage.py demo`: a workspace to look around in. Running it again changes nothing."""

    help = "Creates the demo workspace and starts its first execution. What is there already is left as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --wait."""
        parser.add_argument("--wait", action="store_true", help="wait until the web process answers, then begin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing and print where to go."""
        if not settings.MINO_SAMPLE_SITE:
            raise CommandError("The sample shop is switched off. Set MINO_SAMPLE_SITE=true.")
        if options["wait"]:
            wait_for_web()
        password = kept_secret(settings.DATA_DIR, "demo-password")[:16]
        user = demo_user(password)
        try:
            begin(demo_organization(user), user)
        except ServiceError as error:
            raise CommandError(error.message) from error
        known = password if user.check_password(password) else "(the one that you chose)"
        self.stdout.write(f"\n  MINO is ready: {settings.PUBLIC_URL}\n  Sign in as {EMAIL} with {known}\n")


def wait_for_web(seconds: float = 60) -> None:
    """Wait until the sample shop answers. Raises CommandError when it does not."""
    url = settings.PUBLIC_URL + reverse("sample_shop")
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - the operator's own address # nosec B310
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > until:
                raise CommandError(f"{url} does not answer: {error}. See what the web process printed.") from error
            time.sleep(0.3)


def demo_user(password: str) -> User:
    """The person who signs in to the demo."""
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        user = User.objects.create_user(EMAIL, password, name="Demo Analyst")
        consent_give(user=user, texts=texts_to_agree(user))
    return user


def demo_organization(user: User) -> Organization:
    """The demo's workspace."""
    organization: Organization | None = Organization.objects.filter(slug=SLUG).first()
    return organization or organization_create(name="Demo workspace", slug=SLUG, owner=user, plan=Plan.ENTERPRISE)


def begin(organization: Organization, user: User) -> None:
    """Create project and batch and start the first execution, unless the workspace has a project already."""
    if Project.objects.filter(organization=organization).exists():
        return
    project, version = project_find_or_create(
        organization=organization, user=user, name="Sample shop prices", instructions=INSTRUCTIONS
    )
    file = io.BytesIO(sample_csv().encode())
    imported = import_file(project=project, user=user, file=file, filename="sample-shop.csv", name="Sample shop")
    execution_create(
        batch=imported.batch, user=user, instruction_version=version, agent="local", concurrency=3, timeout=30
    )


def sample_csv() -> str:
    """The sample shop as a file of sites with their truth: one cell is wrong on purpose, some are unknown."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for product in PRODUCTS:
        writer.writerow([address(product.slug), product.markup.replace("_", "-"), *truth(product)])
    writer.writerow([address(BROKEN), "the server fails", "Corner shelf", "59.00", "EUR|€", "yes", "Fernhill", ""])
    writer.writerow([address(MISSING), "gone", "Winter lantern", "22.00", "EUR|€", "no", "Lumenhaus", ""])
    return text.getvalue()


def truth(product: Product) -> list[str]:
    """What is known about a product: the note book's maker was typed wrongly, and two article numbers are unknown."""
    brand = "Papermond" if product.slug == "notebook-a5" else product.brand
    sku = "" if product.slug in ("tile-posa-20", "merino-50") else product.sku
    return [product.name, str(product.price), "EUR|€", "yes" if product.in_stock else "no", brand, sku]


def address(product_slug: str) -> str:
    """Where the sample shop's page of a product stands."""
    return settings.PUBLIC_URL + reverse("sample_product", args=[product_slug])
