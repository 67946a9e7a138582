"""What a deployment decides about roads, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from server.planning.roads import Factors
from shared import problems
from shared.errors import Refused


@dataclass(frozen=True)
class RoadSettings:
    """What a deployment decides about roads.

    Attributes:
        url: where the road router is; empty: there is none, and plans are made on straight lines.
        fallback: whether straight lines may take the place of a router that does not answer.
        reach: how far from a road a site may be (m); a hospital's gate is seldom farther from the street than this.
        pairs: how many pairs of places the router takes in one question. Valhalla's own default is 2500
            (``service_limits.*.max_matrix_location_pairs`` of its configuration).
        stops: how many places it takes for one way: 20 (``service_limits.*.max_locations``).
        timeout: how long an answer may take (s).
        pause: how long to wait before an unanswered question is put again (s); the next time twice as long.
        factors: what traffic adds.
    """

    url: str = ""
    fallback: bool = False
    reach: float = 300.0
    pairs: int = 2500
    stops: int = 20
    timeout: float = 60.0
    pause: float = 0.5
    factors: Factors = field(default_factory=Factors)

    @classmethod
    def load(cls, env: Mapping[str, str]) -> "RoadSettings":
        """From ``HANDOVER_ROADS_*``.

        Raises:
            Refused: ROADS_SETTING for a value that makes no sense.
        """
        url = env.get("HANDOVER_ROADS_URL", "")
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise _no_good("HANDOVER_ROADS_URL", url, "http://… | https://…")
        fallback = env.get("HANDOVER_ROADS_FALLBACK", "none")
        if fallback not in ("none", "straight-line"):
            raise _no_good("HANDOVER_ROADS_FALLBACK", fallback, "none | straight-line")
        return cls(
            url=url.rstrip("/"),
            fallback=fallback == "straight-line",
            reach=_number(env, "HANDOVER_ROADS_REACH", cls.reach, 1, 5000),
            pairs=int(_number(env, "HANDOVER_ROADS_PAIRS", cls.pairs, 1, 10**6)),
            stops=int(_number(env, "HANDOVER_ROADS_STOPS", cls.stops, 2, 1000)),
            timeout=_number(env, "HANDOVER_ROADS_TIMEOUT", cls.timeout, 0.1, 3600),
            factors=Factors.parse(env.get("HANDOVER_ROADS_FACTORS", "")),
        )


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    text = env.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError as error:
        raise _no_good(name, text, f"{low:g} … {high:g}") from error
    if not low <= value <= high:
        raise _no_good(name, text, f"{low:g} … {high:g}")
    return value


def _no_good(field: str, value: str, reason: str) -> Refused:
    return Refused(problems.ROADS_SETTING, field=field, value=value, reason=reason)
