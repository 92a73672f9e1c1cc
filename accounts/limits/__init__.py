"""What an organization's plan allows, what of it is used, and who asks for more."""
