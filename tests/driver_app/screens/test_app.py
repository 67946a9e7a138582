"""The app, tapped: the promises of its screens. What each scenario does is in :mod:`tests.driver_app.screens.scenarios_day` and its neighbours."""

from pathlib import Path

import pytest

from tests.driver_app.screens.kivy_process import play, run

pytestmark = pytest.mark.kivy

SCENARIOS = (
    "whole_day",
    "all_is_well",
    "scanning",
    "gate",
    "before_departure",
    "the_morning_is_given_back",
    "on_the_road",
    "downloads",
    "partly",
    "two_people",
    "a_tap_while_news_comes",
    "counted_goods_stay_counted",
    "enrolment",
    "waiting_for_work",
    "damaged",
    "the_hand",
    "incident",
    "messages",
    "rest_comes_due",
    "on_the_map",
    "turn_by_turn",
    "second_trip",
    "withdrawn_while_there",
    "short_and_refused",
    "broken_down",
    "taken_along",
    "a_known_receiver",
    "another_language_mid_scan",
    "wrong_consignment",
    "wrong_lot",
    "expired",
    "recalled",
    "already_scanned",
    "too_many",
    "two_codes_one_pack",
    "keyboard_scanner",
    "with_the_camera",
    "enrolled_by_camera",
    "camera_refused",
    "other_apps",
    "what_the_device_allows",
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_hands_can_do_it(scenario: str, display: str, tmp_path: Path) -> None:
    play(display, scenario, tmp_path)


def test_an_app_that_was_killed_while_signing_opens_there_with_what_was_typed(display: str, tmp_path: Path) -> None:
    run(display, ["tests.driver_app.screens.player", "killed_while_signing", str(tmp_path), "480x800@1.5"], expected=-9)
    play(display, "opened_again", tmp_path)


@pytest.mark.parametrize("size", ["480x800@1.5", "720x1280@2", "1200x1920@2"])
def test_no_text_is_clipped_and_no_target_too_small(size: str, display: str) -> None:
    run(display, ["driver_app.screens.gallery", "--check", size], measured=size.startswith("480"))
