"""Who sees a private project: the flag, grants to members and guests, and invitations of guests."""
