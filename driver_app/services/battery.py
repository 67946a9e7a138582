"""The battery of a logger: what it says of it, and whether it lasts a shift."""

import msgspec

LOW_PERCENT = 20
"""A logger that says less than this of itself is changed before the next shift."""
LOW_MV = 2500
"""mV of a lithium button cell, under load, below which it does not last a cold day."""


class Battery(msgspec.Struct, frozen=True):
    """What a logger states: percent, or mV, or neither."""

    percent: int | None = None
    millivolts: int | None = None

    @property
    def low(self) -> bool:
        """Whether it has to be changed."""
        by_percent = self.percent is not None and self.percent <= LOW_PERCENT
        return by_percent or (self.millivolts is not None and self.millivolts < LOW_MV)

    def text(self) -> str:
        """As a person reads it; empty where it states nothing."""
        if self.percent is not None:
            return f"{self.percent} %"
        return "" if self.millivolts is None else f"{self.millivolts / 1000:.2f} V"
