"""Who may do what: users, organizations, members, roles."""
