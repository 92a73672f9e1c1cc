"""Filters of the delivery log, which live in the address."""

from __future__ import annotations

import django_filters

from webhooks.events import EVENTS
from webhooks.models import Delivery, DeliveryStatus


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """Deliveries in one state, of one event."""

    status = django_filters.ChoiceFilter(choices=DeliveryStatus.choices, label="State", empty_label="Any state")
    event = django_filters.ChoiceFilter(
        field_name="event_name", choices=[(name, name) for name in EVENTS], label="Event", empty_label="Any event"
    )

    class Meta:
        model = Delivery
        fields: list[str] = []

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen."""
        return self.form.is_valid() and any(self.form.cleaned_data.values())
