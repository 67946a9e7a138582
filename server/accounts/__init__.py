"""People: users, roles, sign-in, and the protection of forms."""
