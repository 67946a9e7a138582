"""The proof as a document for people: PDF/A-3b, fonts embedded, the signed records and EPCIS inside it.

Typst lays out :mod:`server.proof.facts`; what it is given is a folder with the facts, the pictures and the attachments. The
document carries no moment of printing, so the same evidence always gives the same file.

Source: ISO 19005-3 (PDF/A-3) for archiving with embedded files; 21 CFR 11.50 for what a signature must show in print.
"""

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import qrcode
import typst
from PIL import Image, ImageOps, UnidentifiedImageError

from server.proof.evidence import Evidence
from server.proof.facts import document_facts
from server.proof.view import Setting
from shared import problems
from shared.checkpoint import TlogProof
from shared.errors import Language, Refused

TEMPLATE = Path(__file__).parent / "typst" / "proof.typ"
FONT = "Noto Sans CJK SC"
STANDARD: Final = "a-3b"
PHOTO_SIZE = 900
"""Pixels of a printed photo's longer side; the original is in the bundle, and its hash beside the picture."""
PIXELS = 80_000_000
"""A picture that claims more pixels than this is not opened."""


UNPRINTABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises on bytes that are no picture, or a damaged or dangerous one."""


class EvidenceEntry(msgspec.Struct, frozen=True):
    """A ledger entry as it is embedded: exact envelope bytes (base64 in JSON) and, once sealed, its inclusion proof."""

    index: int
    sha256: str
    envelope: bytes
    proof: str | None


class EmbeddedEvidence(msgspec.Struct, frozen=True):
    """The file ``evidence.json`` inside the document."""

    form: int
    proof: str
    origin: str
    server_key: str
    entries: tuple[EvidenceEntry, ...]


def make_document(
    evidence: Evidence,
    setting: Setting,
    language: Language,
    *,
    blobs: Mapping[str, bytes],
    proofs: Mapping[int, TlogProof],
    epcis: bytes,
) -> bytes:
    """The proof as PDF in ``language``.

    A photo or signature that has not arrived yet is left out, and the document says so in its place.

    Raises:
        Refused: DOCUMENT_FONT where the machine has no Chinese font.
    """
    pictures = {name: _printable(data) for name, data in blobs.items() if name in evidence.blobs()}
    usable = {name: data for name, data in pictures.items() if data is not None}
    setting = msgspec.structs.replace(
        setting, blobs=frozenset(usable), unprintable=frozenset(pictures.keys() - usable.keys())
    )
    files = {
        "facts.json": msgspec.json.encode(document_facts(evidence, setting, language)),
        "evidence.json": embedded_evidence(evidence, setting, proofs),
        "epcis.jsonld": epcis,
        "qr.svg": qr_svg(setting.check_url).encode(),
        "proof.typ": TEMPLATE.read_bytes(),
        **usable,
    }
    return _typeset(files, evidence)


def embedded_evidence(evidence: Evidence, setting: Setting, proofs: Mapping[int, TlogProof]) -> bytes:
    """The signed records, exactly as they are in the ledger."""
    entries = tuple(
        EvidenceEntry(
            entry.index,
            entry.sha256,
            entry.envelope.encode(),
            proofs[entry.index].text() if entry.index in proofs else None,
        )
        for entry in evidence.entries
    )
    return msgspec.json.encode(EmbeddedEvidence(1, evidence.proof_id, setting.origin, setting.server_key, entries))


def _typeset(files: Mapping[str, bytes], evidence: Evidence) -> bytes:
    last = max(entry.record.at for entry in evidence.entries)
    with TemporaryDirectory(prefix="handover-proof-") as folder:
        root = Path(folder)
        for name, data in files.items():
            (root / name).write_bytes(data)
        made = typst.compile(
            root / "proof.typ",
            root=root,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARD,
            timestamp=int(last.timestamp()),
        )
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts, read once per process."""
    fonts = typst.Fonts()
    if FONT not in fonts.families():
        raise Refused(problems.DOCUMENT_FONT, value=FONT)
    return fonts


def _printable(data: bytes) -> bytes | None:
    """A picture as the document prints it; ``None`` where the bytes are no picture (strokes, or something else entirely)."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > PIXELS:
                return None
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((PHOTO_SIZE, PHOTO_SIZE))
            out = io.BytesIO()
            if upright.mode in ("RGBA", "LA", "P"):
                upright.convert("RGBA").save(out, "PNG")
            else:
                upright.convert("RGB").save(out, "JPEG", quality=82)
    except UNPRINTABLE:
        return None
    return out.getvalue()


def qr_svg(text: str) -> str:
    """A QR code as SVG: one path, quiet zone included."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    rows = code.get_matrix()
    size = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )
