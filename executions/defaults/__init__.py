"""The agent and the limits that an organization's runs begin with."""
