"""The published barcode pictures through the product's way of reading pictures, beside zxing-cpp by itself."""

import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from driver_app.hardware.desktop.pictures import read_codes
from tests.vectors import vector

FOLDERS = ("code128-1", "datamatrix-1", "datamatrix-2", "qrcode-1", "qrcode-2")
PICTURES = (".png", ".jpg", ".webp")


def pictures(folder: str) -> list[Path]:
    return sorted(path for path in vector(f"barcodes/{folder}").iterdir() if path.suffix in PICTURES)


def alone(picture: Path) -> list[str]:
    """What zxing-cpp finds with nothing asked of it."""
    with Image.open(picture) as image:
        return [code.text for code in zxingcpp.read_barcodes(image.convert("L"), text_mode=zxingcpp.TextMode.Plain)]


def is_right(texts: list[str], picture: Path) -> bool:
    return picture.with_suffix(".txt").read_text("utf-8") in texts


def test_no_published_picture_is_read_worse_than_by_zxing_cpp_alone(capsys: pytest.CaptureFixture[str]) -> None:
    lines, worse = [], []
    for folder in FOLDERS:
        known = [picture for picture in pictures(folder) if picture.with_suffix(".txt").exists()]
        ours = {picture.stem for picture in known if is_right([code.text for code in read_codes(picture)], picture)}
        theirs = {picture.stem for picture in known if is_right(alone(picture), picture)}
        worse += [f"{folder}/{stem}" for stem in sorted(theirs - ours)]
        lines.append(f"  {folder:14} {len(known):3} pictures: ours {len(ours):3}, zxing-cpp alone {len(theirs):3}\n")
        assert ours
    with capsys.disabled():
        sys.stdout.write("\npublished pictures\n" + "".join(lines))
    assert worse == []


def test_what_is_no_code_is_never_read_as_one() -> None:
    found = {picture.name: read_codes(picture) for picture in pictures("falsepositives-1")}
    assert len(found) > 15
    assert {name: codes for name, codes in found.items() if codes} == {}
