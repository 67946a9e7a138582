"""What the handheld and the server must agree on, as pure Python.

No input or output, no clock, no Flask, SQLAlchemy or Kivy: everything here builds for Android and gives the same
answer on both sides. A value that exists is valid; what cannot be made valid raises :class:`shared.errors.Refused`
with a numbered problem.
"""
