"""What every test of a refusal asks: that it is the numbered problem it should be, and names the value."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import settings

from shared.errors import Kind, Refused

MODERATE = settings(max_examples=60, deadline=None)
"""Enough to find what is wrong, little enough to be run all the time."""


@contextmanager
def refusal(kind: Kind, **values: object) -> Iterator[None]:
    """The block is refused as ``kind``, naming at least these values."""
    with pytest.raises(Refused) as caught:
        yield
    problem = caught.value.problem
    assert problem.number == kind.number, problem.text("en")
    for name, value in values.items():
        assert problem.values[name] == str(value)
