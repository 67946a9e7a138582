"""Configuration: what a deployment decides is checked at start, and what must never change does not."""

from pathlib import Path

import pytest

from server.config import load


def test_the_ledgers_name_is_kept_with_its_home(tmp_path: Path) -> None:
    given = {"HANDOVER_HOME": str(tmp_path), "HANDOVER_ORIGIN": "handover.example/ledger"}
    assert load(given).origin == "handover.example/ledger"
    assert load({"HANDOVER_HOME": str(tmp_path)}).origin == "handover.example/ledger"


def test_another_name_for_a_ledger_that_has_one_is_refused(tmp_path: Path) -> None:
    load({"HANDOVER_HOME": str(tmp_path)})
    with pytest.raises(ValueError, match=r"'other/ledger'.*'handover\.local/ledger'"):
        load({"HANDOVER_HOME": str(tmp_path), "HANDOVER_ORIGIN": "other/ledger"})


def test_tiles_without_attribution_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="HANDOVER_TILES_ATTRIBUTION"):
        load({"HANDOVER_HOME": str(tmp_path), "HANDOVER_TILES_URL": "https://tiles.example/{z}/{x}/{y}.png"})


def test_an_unknown_datum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'bd09'"):
        load({"HANDOVER_HOME": str(tmp_path), "HANDOVER_TILES_DATUM": "bd09"})


def test_keys_are_made_once_and_are_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = load({"HANDOVER_HOME": str(tmp_path)}), load({"HANDOVER_HOME": str(tmp_path)})
    assert (first.server_key, first.secret_key) == (second.server_key, second.secret_key)
    assert len({first.server_key, first.secret_key}) == 2
    assert (tmp_path / "server.key").stat().st_mode & 0o077 == 0
