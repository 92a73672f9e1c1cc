"""Telling other systems: subscriptions, signed deliveries, their log."""
