"""What a deployment decides about roads is checked at start."""

import pytest

from server.config import load
from server.planning.road.settings import RoadSettings
from server.planning.roads import Factors
from shared import problems
from shared.errors import Refused


def test_nothing_set_means_no_router():
    assert RoadSettings.load({}) == RoadSettings()
    assert RoadSettings().url == ""
    assert not RoadSettings().fallback


def test_everything_can_be_set(tmp_path):
    env = {
        "HANDOVER_HOME": str(tmp_path),
        "HANDOVER_ROADS_URL": "http://127.0.0.1:8002/",
        "HANDOVER_ROADS_FALLBACK": "straight-line",
        "HANDOVER_ROADS_REACH": "500",
        "HANDOVER_ROADS_PAIRS": "10000",
        "HANDOVER_ROADS_STOPS": "100",
        "HANDOVER_ROADS_TIMEOUT": "5",
        "HANDOVER_ROADS_FACTORS": "7-9:1.4",
    }
    expected = RoadSettings("http://127.0.0.1:8002", True, 500.0, 10_000, 100, 5.0, factors=Factors.parse("7-9:1.4"))
    assert load(env).roads == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "127.0.0.1:8002"),
        ("URL", "http://"),
        ("FALLBACK", "yes"),
        ("REACH", "0"),
        ("REACH", "nan"),
        ("PAIRS", "many"),
        ("STOPS", "1"),
        ("TIMEOUT", "-1"),
        ("FACTORS", "rush"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(name, value):
    with pytest.raises(Refused, check=lambda error: error.kind is problems.ROADS_SETTING) as caught:
        RoadSettings.load({f"HANDOVER_ROADS_{name}": value})
    assert caught.value.problem.values["field"] == f"HANDOVER_ROADS_{name}"
    assert caught.value.problem.values["value"] == value
