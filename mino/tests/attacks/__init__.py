"""An attacker's walk: what is tried here against every address, read from the URLconf, must not work."""
