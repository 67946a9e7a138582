"""Codes in pictures: real pictures from zxing-cpp's own collection, and our own symbols."""

from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from driver_app.hardware.desktop.pictures import read_codes
from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.hardware.virtual.camera import PictureCamera
from shared import problems
from shared.errors import Problem, Refused
from tests.vectors import vector

GS1 = "\x1d0106901234567892\x1d10LOT-7\x1d17271231"


def symbol(text: str, barcode_format: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.DataMatrix) -> bytes:
    """A PNG that holds one symbol."""
    barcode = zxingcpp.create_barcode(text, barcode_format)
    image = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=6, add_quiet_zones=True))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "name", ["datamatrix-1/HelloWorld_Text_L_Kaywa", "code128-1/1", "qrcode-2/#128", "datamatrix-1/0123456789"]
)
def test_published_pictures_hold_their_published_text(name: str) -> None:
    folder = vector("barcodes")
    expected = folder / f"{name}.txt"
    if not expected.exists():
        pytest.skip(f"vector barcodes/{name}.txt is not on this machine")
    picture = next(folder / f"{name}{end}" for end in (".png", ".webp", ".jpg") if (folder / f"{name}{end}").exists())
    assert [code.text for code in read_codes(picture)] == [expected.read_text("utf-8")]


def test_pictures_without_codes_hold_none() -> None:
    for picture in sorted(vector("barcodes/falsepositives-1").glob("*.png"))[:10]:
        assert read_codes(picture) == []


def test_separators_survive_and_the_symbology_is_told() -> None:
    (code,) = read_codes(symbol("10LOT-7\x1d17271231"))
    assert code.text == "10LOT-7\x1d17271231"
    assert code.symbology is not None
    assert code.symbology.startswith("]d")
    assert code.source is CodeSource.CAMERA


def test_bytes_that_are_no_picture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        read_codes(b"not a picture")
    assert refusal.value.kind is problems.CODE_NO_PICTURE
    with pytest.raises(Refused):
        read_codes(tmp_path / "absent.png")


def test_a_scanner_gets_the_codes_of_what_is_held_before_the_lens() -> None:
    camera = PictureCamera()
    seen: list[str] = []
    scanning = camera.start(lambda code: seen.append(code.text))
    assert len(camera.show(symbol("first"))) == 1
    scanning.stop()
    scanning.stop()
    assert camera.show(symbol("second")) == []
    camera.start(lambda code: seen.append(code.text))
    assert seen == ["first", "second"]


def test_photos_are_jpeg_and_move_on_to_the_next_picture(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    Image.new("RGB", (8, 8), "blue").save(tmp_path / "b.jpg")
    camera = PictureCamera([tmp_path / "a.png", tmp_path / "b.jpg"])
    photos: list[bytes] = []
    problems_seen: list[Problem] = []
    for _ in range(3):
        camera.take(photos.append, problems_seen.append)
    assert problems_seen == []
    assert [Image.open(BytesIO(photo)).format for photo in photos] == ["JPEG"] * 3
    assert photos[0] != photos[1]
    assert photos[1] == photos[2] == (tmp_path / "b.jpg").read_bytes()


def test_a_camera_that_sees_nothing_says_so() -> None:
    seen: list[Problem] = []
    PictureCamera().take(lambda _: pytest.fail("there is no photo"), seen.append)
    assert [problem.number for problem in seen] == [problems.NO_CAMERA.number]


def test_a_picture_can_be_held_up_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "code.png").write_bytes(symbol("from a file", zxingcpp.BarcodeFormat.QRCode))
    camera = PictureCamera()
    camera.show(tmp_path / "code.png")
    seen: list[str] = []
    camera.start(lambda code: seen.append(code.text))
    assert seen == ["from a file"]


def test_a_camera_whose_picture_was_put_away_reads_nothing_when_scanning_starts() -> None:
    camera = PictureCamera()
    assert camera.show(symbol("83857930000000000002")) == []  # nobody was scanning
    camera.put_away()
    seen: list[RawCode] = []
    camera.start(seen.append).stop()
    assert seen == []


def test_codes_of_one_picture_are_one_act() -> None:
    camera, seen = PictureCamera(), []
    camera.start(seen.append)
    pack, trace = symbol("(01)06901234567892"), symbol("83857930000000000002")
    with Image.open(BytesIO(pack)) as left, Image.open(BytesIO(trace)) as right:
        both = Image.new("L", (left.width + right.width + 40, max(left.height, right.height)), 255)
        both.paste(left, (0, 0))
        both.paste(right, (left.width + 40, 0))
    out = BytesIO()
    both.save(out, "PNG")
    assert len(camera.show(out.getvalue())) == 2
    (act,) = seen
    assert {act.text, act.beside[0].text} == {"(01)06901234567892", "83857930000000000002"}


def test_whoever_aims_sees_what_is_held_before_the_lens() -> None:
    camera, seen = PictureCamera(), []
    camera.show(symbol("first"))
    watching = camera.watch(seen.append)
    camera.show(symbol("second"))
    watching.stop()
    camera.show(symbol("third"))
    assert len(seen) == 2
    assert all(picture.jpeg.startswith(b"\xff\xd8") and picture.turn == 0 for picture in seen)
    assert seen[0] != seen[1]
