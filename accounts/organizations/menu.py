"""The side navigation of an organization's settings: the one list of its pages, whichever app they belong to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the settings: its address by name, the word and icon for it, and the permission that it needs.

    `pages` are the names of further addresses at which the entry is marked as the current one (`*` stands for any
    letters).
    """

    url_name: str
    label: str
    icon: str
    permission: str
    pages: tuple[str, ...] = ()


# A new page adds its line here. The order is: General, People, API keys, Agents, Webhooks, Sign-in, Usage and plan,
# Audit trail, Privacy.
ENTRIES = (
    Entry("organization_settings", "General", "settings", "accounts.manage_settings", ("organization_delete",)),
    Entry("organization", "People", "users", "accounts.view", ("people_*", "invitation_*")),
    Entry("api_keys", "API keys", "key", "accounts.view_api_keys", ("api_key_*",)),
    Entry("run_defaults", "Run defaults", "adjustments", "accounts.manage_settings"),
    Entry("agent_credentials", "Agents", "robot", "accounts.manage_credentials", ("agent_key_*", "agent_limit_*")),
    Entry("webhooks", "Webhooks", "broadcast", "accounts.manage_webhooks", ("webhook", "webhook_*")),
    Entry(
        "sign_in_settings",
        "Sign-in",
        "lock",
        "accounts.manage_sso",
        ("sign_in_rules", "identity_provider_*", "email_domain_*"),
    ),
    Entry("usage", "Usage and plan", "chart-bar", "accounts.view_usage", ("plan_request_*",)),
    Entry("audit", "Audit trail", "history", "accounts.view_audit", ("audit_*",)),
    Entry("organization_privacy", "Privacy", "eye", "accounts.manage_settings"),
)
