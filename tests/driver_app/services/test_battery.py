"""Batteries: what a logger says of its own is shown, and a low one is told before loading."""

import pytest

from driver_app.services.battery import LOW_MV, LOW_PERCENT, Battery
from tests.driver_app.services.day import Phone


@pytest.mark.parametrize(
    ("battery", "low", "text"),
    [
        (Battery(), False, ""),
        (Battery(percent=LOW_PERCENT), True, "20 %"),
        (Battery(percent=LOW_PERCENT + 1), False, "21 %"),
        (Battery(percent=0), True, "0 %"),
        (Battery(millivolts=LOW_MV), False, "2.50 V"),
        (Battery(millivolts=LOW_MV - 1), True, "2.50 V"),
        (Battery(percent=90, millivolts=2400), True, "90 %"),
    ],
)
def test_a_low_battery_is_known_from_whatever_the_logger_states(battery: Battery, low: bool, text: str) -> None:
    assert (battery.low, battery.text()) == (low, text)


def test_the_last_word_of_a_logger_counts() -> None:
    heard = Phone().ready().services.heard
    assert heard.battery("L1") == Battery()
    heard.note("L1", Battery(percent=90))
    heard.note("L1", Battery(percent=12))
    assert heard.battery("L1").low
