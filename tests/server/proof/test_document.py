"""The proof as a document: PDF/A-3b that can be read, archived, and taken apart again."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from server.proof.document import PHOTO_SIZE, EmbeddedEvidence, _printable, make_document, qr_svg
from server.proof.evidence import Evidence, gather
from server.proof.view import Setting
from shared.checkpoint import parse_proof
from shared.custody.chain import read_record
from shared.custody.envelope import decode_envelope
from shared.errors import Language
from shared.merkle import leaf_hash
from tests.server.proof.conftest import Bundles

EPCIS = b'{"epcis": "document"}'
URL = "https://handover.example/check/" + "ab" * 32


def setting(bundles: Bundles, **changes: Any) -> Setting:
    ledger = bundles.day.ledger
    root = ledger.tree().root().hex()
    plain = Setting(
        "合成医药物流（北京）有限公司", ledger.origin, URL, False, "ab" * 32, len(ledger.entries), root, frozenset()
    )
    return msgspec.structs.replace(plain, **changes)


def evidence_of(bundles: Bundles, name: str) -> Evidence:
    return gather(bundles.day.ledger, bundles.day.proofs[name])


def document(bundles: Bundles, name: str, language: Language = "zh", **changes: Any) -> bytes:
    evidence, ledger = evidence_of(bundles, name), bundles.day.ledger
    proofs = ledger.proofs(entry.index for entry in evidence.entries)
    blobs = changes.pop("blobs", ledger.blobs)
    return make_document(evidence, setting(bundles, **changes), language, blobs=blobs, proofs=proofs, epcis=EPCIS)


@pytest.fixture(scope="module")
def refused(bundles: Bundles) -> dict[str, bytes]:
    return {language: document(bundles, "refused", language) for language in ("zh", "en")}  # type: ignore[arg-type]


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "药品运输交接凭证 北京医院 甘精胰岛素注射液 B240801 赵敏 部分接收 不合格 超过上限 无数据"),
        ("en", "Proof delivery Beijing Hospital Insulin glargine B240801 Partly accepted above range"),
    ],
)
def test_a_person_can_read_what_happened(refused: dict[str, bytes], language: str, words: str) -> None:
    text = text_of(refused[language])
    for word in words.split():
        assert word in text


def test_the_first_page_is_the_handover_form_with_the_signature(bundles: Bundles, refused: dict[str, bytes]) -> None:
    """Parties, goods and signatures on one sheet, as on the form people know."""
    for pdf in (*refused.values(), document(bundles, "accepted", "zh")):
        first = read(pdf).pages[0].extract_text()
        assert any(word in first for word in ("收货人签字", "Receiver's signature"))
        assert any(word in first for word in ("运输人员", "Transported by"))


def test_the_proof_id_and_every_record_are_printed_in_full(bundles: Bundles, refused: dict[str, bytes]) -> None:
    text = text_of(refused["zh"]).replace("\n", "").replace("\u200b", "")
    for entry in evidence_of(bundles, "refused").entries:
        assert entry.sha256 in text


def test_it_declares_itself_as_pdf_a_3b(refused: dict[str, bytes]) -> None:
    metadata = read(refused["zh"]).xmp_metadata
    assert metadata is not None
    raw = metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in raw
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in raw


def test_all_fonts_are_embedded(refused: dict[str, bytes]) -> None:
    for pdf in refused.values():
        fonts = {}
        for page in read(pdf).pages:
            fonts.update(page["/Resources"]["/Font"])  # type: ignore[index]
        assert fonts
        for font in fonts.values():
            for descendant in font.get_object()["/DescendantFonts"]:
                descriptor = descendant.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & descriptor.keys()


def test_the_signed_records_and_the_epcis_are_inside(bundles: Bundles, refused: dict[str, bytes]) -> None:
    attached = read(refused["en"]).attachments
    assert attached["epcis.jsonld"] == [EPCIS]
    embedded = msgspec.json.decode(attached["evidence.json"][0], type=EmbeddedEvidence)
    evidence, ledger = evidence_of(bundles, "refused"), bundles.day.ledger
    assert embedded.proof == evidence.proof_id
    public = {"server": ledger.signer.public_key()}
    for kept, entry in zip(embedded.entries, evidence.entries, strict=True):
        envelope = decode_envelope(kept.envelope)
        key = public.get(entry.record.device, bundles.day.handheld.signer.public_key())
        assert read_record(envelope, key) == entry.record
        assert kept.proof is not None
        parse_proof(kept.proof).verify(leaf_hash(kept.envelope), ledger.origin, ledger.signer.public_key())


def test_the_same_evidence_gives_the_same_file(bundles: Bundles, refused: dict[str, bytes]) -> None:
    assert document(bundles, "refused", "zh") == refused["zh"]


def test_a_rehearsal_is_marked_on_every_page(bundles: Bundles, refused: dict[str, bytes]) -> None:
    pages = read(document(bundles, "failed", "zh", rehearsal=True)).pages
    assert all("REHEARSAL" in page.extract_text() for page in pages)
    assert "REHEARSAL" not in text_of(refused["zh"])


def test_a_picture_that_has_not_arrived_is_named_in_its_place(bundles: Bundles) -> None:
    text = text_of(document(bundles, "refused", "zh", blobs={}))
    assert text.count("图像尚未上传") == 3, "one signature, two photos"


def test_a_picture_that_cannot_be_shown_does_not_stop_the_document(bundles: Bundles) -> None:
    ledger = bundles.day.ledger
    broken = {
        digest: data[: len(data) // 2] if data.startswith(b"\xff\xd8") else data
        for digest, data in ledger.blobs.items()
    }
    assert "图像已收到，但无法显示" in text_of(document(bundles, "failed", "zh", blobs=broken))


def test_an_unsealed_proof_says_so(bundles: Bundles) -> None:
    assert "尚未封存" in text_of(document(bundles, "failed", "zh", size=None, root=""))


def test_pictures_are_printed_smaller_and_a_huge_one_not_at_all(bundles: Bundles) -> None:
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), "red").save(out, "JPEG")
    small = _printable(out.getvalue())
    assert small is not None
    assert max(Image.open(io.BytesIO(small)).size) == PHOTO_SIZE
    out = io.BytesIO()
    Image.new("1", (9_000, 9_500)).save(out, "PNG")
    assert _printable(out.getvalue()) is None
    assert _printable(b"[[0.1, 0.2]]") is None


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm (poppler-utils) on this machine")
def test_the_qr_code_on_the_page_opens_the_public_check(refused: dict[str, bytes], tmp_path: Path) -> None:
    """Read back from the rendered page, as a telephone would."""
    path = tmp_path / "proof.pdf"
    path.write_bytes(refused["zh"])
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-l", "1", str(path), str(tmp_path / "page")], check=True)
    (page,) = tmp_path.glob("page*.png")
    codes = zxingcpp.read_barcodes(Image.open(page))
    assert [code.text for code in codes] == [URL]


def test_a_qr_code_has_its_quiet_zone() -> None:
    svg = qr_svg("hello")
    assert 'viewBox="0 0 25 25"' in svg, "21 modules and two on each side"
