"""Hypothesis for the codes: how long one example takes depends on what else the machine does, and proves nothing."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
