"""What people are owed about their own data: consent, a copy of it, and its end."""
