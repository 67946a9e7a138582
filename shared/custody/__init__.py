"""Custody: what can happen to goods (events), in which order (journey), and how it is signed and chained."""
