"""Mean kinetic temperature (MKT): the one steady temperature that would have aged the goods as much.

It is information beside the verdict and never offsets an excursion or replaces a label's limits (USP <1079.2>).
"""

from collections.abc import Iterable
from math import exp, log

ACTIVATION_OVER_GAS = 10_000.0
"""ΔH/R in K: 83.144 kJ/mol over 8.3144 J/mol/K (USP <1079.2>), exactly 10 000."""
_ZERO_CELSIUS = 273.15


def mean_kinetic_temperature(weighted: Iterable[tuple[float, float]], *, frozen_goods: bool = False) -> float | None:
    """MKT in °C of (temperature in °C, weight) pairs; the weight is the time (s) each reading stands for.

    Returns ``None`` for frozen goods, where there is nothing to average, and for values no goods ever had (absolute zero),
    where the formula has no answer: never 0, which would be a temperature.

    >>> round(mean_kinetic_temperature([(5.0, 3.0), (8.0, 1.0)]), 6)
    5.857974
    >>> mean_kinetic_temperature([]) is None
    True
    """
    if frozen_goods:
        return None
    total = weights = 0.0
    for temperature, weight in weighted:
        kelvin = temperature + _ZERO_CELSIUS
        if kelvin <= 0:
            return None
        total += weight * exp(-ACTIVATION_OVER_GAS / kelvin)
        weights += weight
    if weights <= 0 or not 0 < total < weights:
        return None
    return ACTIVATION_OVER_GAS / -log(total / weights) - _ZERO_CELSIUS
