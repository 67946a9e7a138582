"""Asking for permissions: in context, once with a reason, and with a way out after a no."""

from pathlib import Path

import pytest

from driver_app.hardware.android.permissions import AndroidPermissions
from driver_app.hardware.permissions import (
    LABELS,
    WHY,
    WITHOUT,
    Move,
    Need,
    Seen,
    Standing,
    every_permission,
    move,
    names,
    standing,
)
from shared import problems
from shared.errors import Refused
from tests.driver_app.hardware_android.apis import APIS
from tests.driver_app.hardware_android.fake_java import FakeJava

FINE, COARSE = "android.permission.ACCESS_FINE_LOCATION", "android.permission.ACCESS_COARSE_LOCATION"


@pytest.mark.parametrize(
    ("granted", "rationale", "asked", "expected", "next_move"),
    [
        (True, False, False, Standing.GRANTED, Move.GO),
        (True, False, True, Standing.GRANTED, Move.GO),
        (False, False, False, Standing.UNASKED, Move.EXPLAIN_AND_ASK),
        (False, True, True, Standing.REFUSED, Move.EXPLAIN_AND_ASK),
        (False, False, True, Standing.BLOCKED, Move.EXPLAIN_AND_OPEN_SETTINGS),
    ],
)
def test_how_a_need_stands_and_what_to_do_about_it(
    granted: bool, rationale: bool, asked: bool, expected: Standing, next_move: Move
) -> None:
    now = standing([Seen(granted, rationale)], asked=asked)
    assert (now, move(now)) == (expected, next_move)


def test_approximate_location_is_not_location() -> None:
    """Android 12 lets a person give the coarse one alone: a geofence of 100 m means nothing then."""
    assert standing([Seen(False, True), Seen(True, False)], asked=True) is Standing.REFUSED


def test_what_needs_no_permission_is_granted() -> None:
    assert names(Need.NOTIFICATIONS, 32) == ()
    assert standing([], asked=False) is Standing.GRANTED


@pytest.mark.parametrize("need", Need)
def test_every_need_says_why_and_what_goes_on_without_it_in_both_languages(need: Need) -> None:
    for words in (WHY[need], WITHOUT[need]):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in words.zh)
        assert words.en.isascii()
    assert LABELS[need]


def test_bluetooth_asks_for_location_only_where_android_has_no_permission_of_its_own_for_it() -> None:
    assert FINE in names(Need.BLUETOOTH, 30)
    assert FINE not in names(Need.BLUETOOTH, 31)


class Person:
    """Somebody who answers Android's dialogues."""

    def __init__(self, api: int, *answers: bool, background: bool = False) -> None:
        self.java = FakeJava(api, background=background)
        self.granted: set[str] = set()
        self.refusals: dict[str, int] = {}
        self.answers = list(answers)
        java = self.java
        java.on("android.content.Context.checkSelfPermission", lambda _, name: 0 if name in self.granted else -1)
        java.on(
            "android.app.Activity.shouldShowRequestPermissionRationale",
            lambda _, name: self.refusals.get(name, 0) == 1,
        )
        java.on("org.kivy.android.PythonActivity.requestPermissionsWithRequestCode", self._asked)

    def _asked(self, _: object, wanted: list[str], code: int) -> None:
        if self.answers.pop(0):
            self.granted |= set(wanted)
        else:
            for name in wanted:
                self.refusals[name] = self.refusals.get(name, 0) + 1
        results = [0 if name in self.granted else -1 for name in wanted]
        self.java.proxies[-1].call("onRequestPermissionsResult", code, wanted, results)

    @property
    def requests(self) -> list[list[str]]:
        member = "org.kivy.android.PythonActivity.requestPermissionsWithRequestCode"
        return [wanted for wanted, _ in self.java.called(member)]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("need", Need)
def test_a_yes_is_a_yes_on_every_android(api: int, need: Need, tmp_path: Path) -> None:
    person = Person(api, True, True)
    permissions = AndroidPermissions(person.java, tmp_path)
    answers: list[Standing] = []
    permissions.ask(need, answers.append)
    assert answers == [Standing.GRANTED]
    permissions.require(need)
    assert {name for wanted in person.requests for name in wanted} <= every_permission()


def test_two_noes_lead_to_the_settings_and_are_remembered_by_the_next_process(tmp_path: Path) -> None:
    person = Person(33, False, False)
    answers: list[Standing] = []
    AndroidPermissions(person.java, tmp_path).ask(Need.CAMERA, answers.append)
    AndroidPermissions(person.java, tmp_path).ask(Need.CAMERA, answers.append)
    assert answers == [Standing.REFUSED, Standing.BLOCKED]
    permissions = AndroidPermissions(person.java, tmp_path)
    assert permissions.standing(Need.CAMERA) is Standing.BLOCKED
    with pytest.raises(Refused, match="camera") as refusal:
        permissions.require(Need.CAMERA)
    assert refusal.value.kind is problems.PERMISSION_MISSING


def test_what_was_taken_back_in_the_settings_is_noticed(tmp_path: Path) -> None:
    person = Person(33, True)
    permissions = AndroidPermissions(person.java, tmp_path)
    permissions.ask(Need.CAMERA, lambda _: None)
    person.granted.clear()
    assert permissions.standing(Need.CAMERA) is Standing.BLOCKED


@pytest.mark.parametrize("api", [30, 33])
def test_background_location_is_asked_for_after_location_and_not_with_it(api: int, tmp_path: Path) -> None:
    person = Person(api, True, True)
    answers: list[Standing] = []
    AndroidPermissions(person.java, tmp_path).ask(Need.LOCATION_ALWAYS, answers.append)
    assert person.requests == [[FINE, COARSE], ["android.permission.ACCESS_BACKGROUND_LOCATION"]]
    assert answers == [Standing.GRANTED]


def test_a_no_to_location_is_not_followed_by_another_question(tmp_path: Path) -> None:
    person = Person(33, False)
    answers: list[Standing] = []
    AndroidPermissions(person.java, tmp_path).ask(Need.LOCATION_ALWAYS, answers.append)
    assert person.requests == [[FINE, COARSE]]
    assert answers == [Standing.UNASKED]


def test_nobody_is_asked_in_the_background_process(tmp_path: Path) -> None:
    person = Person(33, background=True)
    answers: list[Standing] = []
    AndroidPermissions(person.java, tmp_path).ask(Need.CAMERA, answers.append)
    assert answers == [Standing.UNASKED]


def test_the_answer_to_somebody_else_s_question_is_let_pass(tmp_path: Path) -> None:
    person = Person(33, True)
    AndroidPermissions(person.java, tmp_path).ask(Need.CAMERA, lambda _: None)
    person.java.proxies[-1].call("onRequestPermissionsResult", 1, [FINE], [0])
    assert len(person.java.called("org.kivy.android.PythonActivity.addPermissionsCallback")) == 1


def test_what_is_granted_is_not_asked_for(tmp_path: Path) -> None:
    person = Person(29)
    answers: list[Standing] = []
    AndroidPermissions(person.java, tmp_path).ask(Need.NOTIFICATIONS, answers.append)
    assert (answers, person.requests) == ([Standing.GRANTED], [])
