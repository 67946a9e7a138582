"""Which device this is."""

from pathlib import Path

import msgspec
import pytest
from PIL import Image

from driver_app.hardware.choose import KEY_FILE, choose, on_android
from driver_app.hardware.desktop.device import WedgeScanner
from driver_app.hardware.ports import Signal
from driver_app.hardware.virtual.device import FixedStorage
from driver_app.hardware.virtual.world import Description, load
from tests.driver_app.scenes import RUUVI, at, clock_at, disc, ruuvi

WORLD = """
{
  "loggers": [
    {
      "maker": "ruuvi", "address": "cb:b8:33:4c:88:4f", "serial": "RT-1", "interval": 60,
      "started": "2026-11-22T00:00:00Z",
      "box": {
        "start": 4.5,
        "ambient": [{"at": "2026-11-22T00:00:00Z", "temperature": 21.0}],
        "openings": [{"start": "2026-11-22T02:00:00Z", "end": "2026-11-22T02:25:00Z"}]
      },
      "faults": [{"kind": "gap", "start": "2026-11-22T01:00:00Z", "end": "2026-11-22T01:30:00Z"}]
    }
  ],
  "track": [{"at": "2026-11-22T00:00:00Z", "lat": 39.9, "lon": 116.4}],
  "pictures": ["parcel.png"],
  "free": 1000
}
"""


def test_a_virtual_world_gives_the_app_everything(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text(WORLD, "utf-8")
    Image.new("RGB", (8, 8)).save(tmp_path / "parcel.png")
    hardware = choose(tmp_path, clock_at(30), virtual=tmp_path / "world.json")
    assert hardware.world is not None
    assert hardware.radio.find(RUUVI, 3.0).advertisement.temperature == pytest.approx(4.7, abs=0.2)
    assert len(hardware.world.loggers[RUUVI].records()) == 31
    assert hardware.location.current().position.lat == 39.9
    photos: list[bytes] = []
    hardware.camera.take(photos.append, lambda problem: pytest.fail(problem.text("en")))
    assert photos
    assert hardware.storage.free() == 1000
    hardware.feedback.give(Signal.OK)
    assert len(hardware.keystore.public_key()) == 32
    hardware.close()


def test_the_key_outlives_the_process_also_in_a_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text("{}", "utf-8")
    first = choose(tmp_path, clock_at(0), virtual=tmp_path / "world.json")
    second = choose(tmp_path, clock_at(0), virtual=tmp_path / "world.json")
    assert first.keystore.public_key() == second.keystore.public_key()
    assert not isinstance(second.storage, FixedStorage)
    first.close()
    second.close()


def test_a_desktop_is_a_desktop(tmp_path: Path) -> None:
    hardware = choose(tmp_path, clock_at(0))
    assert isinstance(hardware.scanner, WedgeScanner)
    assert hardware.world is None
    assert hardware.storage.free() > 0
    assert (tmp_path / KEY_FILE).exists()
    hardware.close()


def test_this_is_no_android() -> None:
    assert not on_android()


def test_a_world_with_a_slip_of_the_pen_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text(WORLD.replace('"openings"', '"opening"'), "utf-8")
    with pytest.raises(msgspec.ValidationError, match="opening"):
        load(tmp_path / "world.json")


def test_a_description_survives_being_written_and_read(tmp_path: Path) -> None:
    description = Description(loggers=(ruuvi(), disc()))
    path = tmp_path / "world.json"
    path.write_bytes(msgspec.json.encode(description))
    assert load(path) == description
    assert description.loggers[0].started == at(0)
