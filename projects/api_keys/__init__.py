"""Pages and endpoints about API keys, which may be limited to projects: this is why they are here."""
