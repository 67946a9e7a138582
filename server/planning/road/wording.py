"""A turn in Chinese, from its kind and the street's name.

Valhalla 3.9.1 words turns in some thirty languages, and Chinese is not among them (a later version brings zh-CN, and is used
where it answers in it). Kinds of turns are numbered as in the Valhalla documentation, "Turn-by-turn API", maneuver types.
"""

from server.planning.road.valhalla import Maneuver

_PLAIN = {
    1: "出发",
    2: "出发",
    3: "出发",
    4: "到达",
    5: "到达，目的地在右侧",
    6: "到达，目的地在左侧",
    22: "岔路直行",
    23: "岔路靠右",
    24: "岔路靠左",
    28: "上轮渡",
    29: "下轮渡",
}
"""What is said without a street, or before ``，沿…行驶``."""
_INTO = {
    7: "道路改名",
    8: "直行",
    9: "向右前方行驶",
    10: "右转",
    11: "向右后方急转",
    12: "向右掉头",
    13: "向左掉头",
    14: "向左后方急转",
    15: "左转",
    16: "向左前方行驶",
    17: "直行上匝道",
    18: "走右侧匝道",
    19: "走左侧匝道",
    20: "从右侧出口驶出",
    21: "从左侧出口驶出",
    25: "并入主路",
    27: "驶出环岛",
    37: "向右并入主路",
    38: "向左并入主路",
}
"""What is said before ``，进入…``."""
ARRIVALS = frozenset({4, 5, 6})
ROUNDABOUT = 26


def chinese(turn: Maneuver) -> str:
    """The turn in Chinese; a kind that is not known is told as going on, with the street."""
    streets = "/".join(turn.begin_street_names or turn.street_names)
    if turn.type in ARRIVALS:
        return _PLAIN[turn.type]
    if turn.type == ROUNDABOUT:
        exit_ = f"，从第 {turn.roundabout_exit_count} 个出口驶出" if turn.roundabout_exit_count else ""
        return "进入环岛" + exit_
    if turn.type in _INTO:
        return _INTO[turn.type] + (f"，进入{streets}" if streets else "")
    return _PLAIN.get(turn.type, "继续前行") + (f"，沿{streets}行驶" if streets else "")
