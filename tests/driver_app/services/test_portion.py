"""How much a request carries follows what the network takes."""

from hypothesis import given
from hypothesis import strategies as st

from driver_app.services.http import SILENCE
from driver_app.services.portion import SLOW, SMALLEST, Portion

MOST = 512 * 1024


def test_a_good_network_is_used_in_full_soon_after_it_came_back() -> None:
    portion = Portion(MOST)
    portion.failed()
    requests = 0
    while portion.size < MOST:
        portion.took(0.2)
        requests += 1
    assert requests == 5


@given(st.floats(min_value=1_200, max_value=2_000_000), st.integers(5, 200))
def test_on_a_network_of_any_speed_nothing_is_given_up_for_ever(rate: float, requests: int) -> None:
    """``rate`` in bytes/s: a request that would take longer than the transport waits fails; after a few no more do."""
    portion, failures = Portion(MOST), 0
    for _ in range(requests):
        seconds = portion.size / rate
        if seconds > SILENCE:
            portion.failed()
            failures += 1
        else:
            portion.took(seconds)
    assert failures <= 1
    assert portion.size / rate <= max(SLOW, 2 * SMALLEST / rate, SILENCE)
