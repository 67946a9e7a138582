"""What is held before the virtual camera, and drawn on the glass: printed codes, labelled photos, made-up signatures."""

import math
from collections.abc import Iterator
from io import BytesIO

import qrcode
import zxingcpp
from PIL import Image, ImageDraw
from qrcode.image.pil import PilImage


def picture_of(text: str) -> bytes:
    """A printed code as a camera sees it: a long text as QR, a short one as DataMatrix."""
    if len(text) > 40:
        image = qrcode.make(text, image_factory=PilImage, box_size=4, border=4).get_image()
    else:
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=6)
        image = Image.fromarray(made)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def photograph(words: str) -> bytes:
    """A photo of a counter: drawn, and labelled as what it is."""
    image = Image.new("RGB", (960, 720), (196, 200, 196))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 470, 960, 720), fill=(140, 120, 96))
    for n in range(4):
        pen.rectangle((120 + n * 190, 330, 270 + n * 190, 500), fill=(236, 238, 240), outline=(90, 96, 104), width=4)
        pen.rectangle((140 + n * 190, 380, 250 + n * 190, 400), fill=(38, 96, 160))
    pen.text((30, 24), f"SYNTHETIC PHOTO  {words.encode('ascii', 'replace').decode()}", fill=(60, 60, 60), font_size=28)
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def strokes_of(seed: str) -> Iterator[list[tuple[float, float]]]:
    """The strokes of a signature, its own for every seed; points in 0 … 1 of the pad."""
    number = sum((n + 1) * ord(char) for n, char in enumerate(seed))
    for stroke in range(3):
        phase = (number % 97) / 15 + stroke
        start = 0.12 + 0.25 * stroke
        yield [
            (start + 0.011 * n, 0.5 + 0.28 * math.sin(phase + n / (2.2 + number % 5 / 3)) * math.cos(n / 9))
            for n in range(18)
        ]
