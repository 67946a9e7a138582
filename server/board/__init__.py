"""The dispatcher's board: the day as it happens."""
