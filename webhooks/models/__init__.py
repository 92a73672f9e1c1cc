"""Subscriptions, what happened, and what was sent."""

from webhooks.models.delivery import Attempt, Delivery, DeliveryStatus
from webhooks.models.event import Event, PendingEvent
from webhooks.models.subscription import DisabledBy, Subscription

__all__ = ["Attempt", "Delivery", "DeliveryStatus", "DisabledBy", "Event", "PendingEvent", "Subscription"]
