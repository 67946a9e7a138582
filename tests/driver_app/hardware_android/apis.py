"""The API levels that matter: Android 8, 9, 10, 11, 12, 13, 14, 15."""

APIS = (26, 28, 29, 30, 31, 33, 34, 35)
EDGES = (26, 30, 31, 33, 35)
"""Where something changes for what is tested."""
