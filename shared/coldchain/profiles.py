"""Product ranges: between which temperatures and humidities goods must stay.

The named bands are those of the Chinese Pharmacopoeia and GSP; they are defaults of the product master data, never a
hard rule of the code: a label can always say something narrower.
"""

import msgspec

from shared import problems
from shared.errors import Refused


class ProductRange(msgspec.Struct, frozen=True):
    """A range, ends included: ``low`` and ``high`` in °C, humidity ends in %RH where the product demands them.

    ``allowance`` is the stability budget: seconds (s) outside the range that the maker tolerates in total, as long as no
    reading leaves ``hard_low`` … ``hard_high``. Zero, the default, tolerates nothing.

    Raises:
        Refused: RANGE_INVALID where an end is not below the other, or a hard end lies inside the range.
    """

    low: float
    high: float
    humidity_low: float | None = None
    humidity_high: float | None = None
    allowance: int = 0
    hard_low: float | None = None
    hard_high: float | None = None

    def __post_init__(self) -> None:
        sound = (
            self.low < self.high
            and self.allowance >= 0
            and (self.humidity_low is None or self.humidity_high is None or self.humidity_low < self.humidity_high)
            and (self.hard_low is None or self.hard_low <= self.low)
            and (self.hard_high is None or self.hard_high >= self.high)
        )
        if not sound:
            raise Refused(problems.RANGE_INVALID, value=self)

    @property
    def frozen_goods(self) -> bool:
        """Whether the range lies below 0 °C throughout: mean kinetic temperature says nothing there."""
        return self.high < 0

    def text(self) -> str:
        """The range as people write it, such as ``2…8 °C``."""
        return f"{self.low:g}…{self.high:g} °C"


REFRIGERATED = ProductRange(2.0, 8.0)
"""冷藏, 2–8 °C (GSP appendix on refrigerated and frozen medicines)."""
FROZEN = ProductRange(-25.0, -10.0)
"""冷冻, −25…−10 °C unless the label says otherwise (GSP appendix on refrigerated and frozen medicines)."""
COOL = ProductRange(0.0, 20.0)
"""阴凉, not above 20 °C (Chinese Pharmacopoeia, general notices; lower end by practice)."""
AMBIENT = ProductRange(10.0, 30.0)
"""常温, 10–30 °C (Chinese Pharmacopoeia, general notices)."""

BANDS: dict[str, ProductRange] = {
    "冷藏": REFRIGERATED,
    "冷冻": FROZEN,
    "阴凉": COOL,
    "常温": AMBIENT,
}
"""The storage words of delivery notes (贮藏条件) and the range each stands for."""
