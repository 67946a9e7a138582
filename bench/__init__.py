"""Benchmarks: every measurement beside its peer, in the same run. ``python -m bench``; see docs/benchmarks.md."""
