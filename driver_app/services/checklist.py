"""The vehicle's check list, as data.

Its points follow what GSP's appendix on refrigerated and frozen medicines asks of vehicle, equipment, monitoring, papers
and emergency plan before loading; a carrier's own list may replace it without a change to any screen.
"""

import msgspec

from shared.work import Name


class ChecklistItem(msgspec.Struct, frozen=True):
    """One point: its id as it is recorded, and what it asks."""

    id: str
    text: Name


CHECKLIST: tuple[ChecklistItem, ...] = (
    ChecklistItem("vehicle", Name("车辆外观、轮胎、灯光和制动正常", "Body, tyres, lights and brakes are in order")),
    ChecklistItem("cold_unit", Name("制冷机组运转正常，无报警", "The refrigeration unit runs without an alarm")),
    ChecklistItem("doors", Name("厢门密封完好，能上锁", "The doors seal and lock")),
    ChecklistItem("clean", Name("车厢清洁、干燥、无异味", "The compartment is clean, dry and free of odour")),
    ChecklistItem("monitoring", Name("温湿度监测和报警正常", "Temperature monitoring and its alarm work")),
    ChecklistItem("boxes", Name("保温箱和蓄冷剂已按规定备好", "Cold boxes and coolant packs are conditioned")),
    ChecklistItem(
        "papers",
        Name("随货同行单与车辆、驾驶员证件齐全", "Delivery notes and the papers of vehicle and driver are on board"),
    ),
    ChecklistItem(
        "emergency",
        Name("应急预案、联系电话和应急物品在车上", "Emergency plan, telephone numbers and kit are on board"),
    ),
)
