"""How much a request carries: as much as the network takes in a few seconds.

What the system's buffers have taken counts as sent, and then the wait for the answer begins: on a slow network a large
request is given up before it is through, and so is the same one again, for ever.
"""

SMALLEST = 16 * 1024
"""Bytes: through within the transport's patience (15 s) at 9 kbit/s, the slowest GPRS."""
QUICK, SLOW = 3.0, 8.0
"""Seconds (s): an answer in less lets the next request carry twice as much, one that took longer half as much."""


class Portion:
    """Bytes of the next request, at most ``most``: learned from how long the last ones took."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.size = most

    def took(self, seconds: float) -> None:
        """A request was answered after so many seconds."""
        if seconds < QUICK:
            self.size = min(self._most, self.size * 2)
        elif seconds > SLOW:
            self.size = max(SMALLEST, self.size // 2)

    def failed(self) -> None:
        """A request was not answered: begin with little."""
        self.size = SMALLEST
