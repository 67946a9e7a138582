"""How the reader of codes is set up."""

import pytest

from shared import problems
from tests.driver_app.services.day import Phone, refusing


def test_the_separator_of_a_wedge_survives_a_restart_and_can_be_taken_back() -> None:
    phone = Phone().ready()
    assert phone.services.reader.separator is None
    phone.services.reader.separator = "^"
    assert phone.restart().reader.separator == "^"
    phone.services.reader.separator = None
    assert phone.restart().reader.separator is None


@pytest.mark.parametrize("separator", ["A", "-", ""])
def test_a_separator_that_may_stand_in_a_lot_is_refused(separator: str) -> None:
    reader = Phone().ready().services.reader
    assert refusing(setattr, reader, "separator", separator).kind is problems.CODE_CHARACTERS
    assert reader.separator is None
