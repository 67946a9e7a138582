"""Reading codes out of pictures with zxing-cpp: on the desktop for every picture, in rehearsals for the camera's frames."""

from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image, UnidentifiedImageError

from driver_app.hardware.ports import CodeSource, RawCode
from shared import problems
from shared.errors import Refused

FORMATS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.UPCA,
        zxingcpp.BarcodeFormat.ITF,
        zxingcpp.BarcodeFormat.DataBar,
        zxingcpp.BarcodeFormat.DataBarExpanded,
    ]
)
"""What stands on medicines and transport units (GS1 General Specifications), and the QR codes of this system."""


def read_codes(picture: bytes | Path, *, source: CodeSource = CodeSource.CAMERA) -> list[RawCode]:
    """Every code in a picture (PNG, JPEG, WebP …), in the order the reader finds them; none is an empty list.

    The text is what the symbol holds, separators included, not the form for human eyes.

    Raises:
        Refused: CODE_NO_PICTURE where the bytes are no picture.
    """
    try:
        with Image.open(BytesIO(picture) if isinstance(picture, bytes) else picture) as opened:
            image = opened.convert("L")
    except (UnidentifiedImageError, OSError) as error:
        name = str(picture) if isinstance(picture, Path) else f"{len(picture)} B"
        raise Refused(problems.CODE_NO_PICTURE, value=name) from error
    found = zxingcpp.read_barcodes(image, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
    return [RawCode(code.text, code.symbology_identifier or None, source) for code in found if code.valid]
