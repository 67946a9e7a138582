"""Rendering proofs: the document in both languages and the bundle, beside a bare typst compilation."""

import io
import tempfile
import zipfile
from pathlib import Path

import typst

from bench import databases
from bench.application import application
from bench.harness import Effort, Findings, Measurement, alternate, prose, rate
from server.proof import operations
from server.proof.document import FONT, STANDARD
from server.proof.verify import verify_bundle
from server.proof.zipform import read_zip
from shared.errors import LANGUAGES
from tests.server.proof.day import make_day
from tests.server.proof.stored import store_day

PHOTO = (1600, 1200)
"""Pixels of a photo, as a handheld's camera is set."""
BARE = f"""#set text(font: "{FONT}", lang: "zh")
= 交接 Handover
一行文字。 One line of text.
"""


class Bare:
    """Typst on a page with a heading and a line: same fonts (read once, as ours are), same font, same PDF standard."""

    def __init__(self, folder: Path) -> None:
        self._source = folder / "bare.typ"
        self._source.write_text(BARE)
        self._fonts = typst.Fonts()

    def __call__(self) -> bytes:
        made = typst.compile(
            self._source,
            root=self._source.parent,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARD,
            timestamp=0,
        )
        return bytes(made)


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def run(findings: Findings, effort: Effort) -> None:
    """The refused handover of the synthetic day: the richest of its proofs, with an excursion, a gap and two photos."""
    day = make_day(PHOTO)
    proof = day.proofs["refused"]
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder, databases.sqlite() as database:
        home = Path(folder)
        bare = Bare(home)
        with application(home, database.fresh()) as app:
            store_day(app, day)
            with app.app_context():
                for language in LANGUAGES:
                    findings.say(f"PDF/A-3, {language}")
                    series = findings.begin(f"PDF/A-3, {language}", "/s", "more", "bare typst compilation")
                    ours = rate(lambda language=language: operations.proof_pdf(proof, language))  # type: ignore[misc]
                    alternate(series, effort.of(15, 1), ours, rate(bare))
                    assert operations.proof_pdf(proof, language).startswith(b"%PDF-1.7")
                    findings.count("documents", 1)
                findings.say("bundle")
                raw = operations.build_bundle(proof)
                report = verify_bundle(raw, day.ledger.signer.public_key())
                findings.count("bundles that hold", int(report.ok))
                files, _ = read_zip(raw)
                findings.count("files in the bundle", len(files))
                findings.count("bytes of the bundle", len(raw))
                series = findings.begin(
                    "bundle with both documents", "/s", "more", "two bare compilations and a zip of the same files"
                )
                alternate(
                    series,
                    effort.of(11, 1),
                    rate(lambda: operations.build_bundle(proof)),
                    rate(lambda: (bare(), bare(), _zipped(files))),
                )


MEASUREMENT = Measurement(
    "proofs",
    "Proof rendering",
    prose("""
    How often per second, on one core, one process renders a finished handover: reading its entries from the ledger
    (SQLite), judging the temperatures again, drawing charts, scaling photos, and laying out PDF/A-3 with the signed
    records inside it; and the bundle, which holds the document in both languages, photos and signatures, EPCIS, and
    an inclusion proof for every entry. The proof is the richest of the test suite's synthetic day: a refusal with
    an excursion, a gap and two photos of 1600 × 1200.
    """),
    prose("""
    Typst itself on a page with a heading and one line, with the same fonts loaded once per process, the same
    Chinese font, and the same PDF standard: what any document costs that is made this way. For the bundle: two of
    these, and the standard library's zip of the very files in the bundle.
    """),
    run,
)
