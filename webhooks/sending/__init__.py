"""How events reach other systems: handed out to subscriptions, sent, tried again; by workers alone."""
