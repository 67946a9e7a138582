"""Verification of a bundle: no server, no database, no network. `shared` and the forms of a bundle are all it needs.

Every check has a name, says how many things it looked at, and names what does not hold by a numbered problem. A bundle
holds only if every check was made and found nothing.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from server.proof import manifest as form
from server.proof import opened, telling
from server.proof.opened import Opened, read_pem
from server.proof.report import Check, Report, render
from server.proof.zipform import LIMIT, read_zip
from shared import problems
from shared.errors import Language, Problem, Refused
from shared.keys import check_public_key

HOLDS, BROKEN, UNREADABLE = 0, 1, 2
"""Exit codes of ``handover verify``: everything holds · something does not · the file or the key cannot be read."""


def verify_bundle(raw: bytes, trusted_key: bytes | None = None) -> Report:
    """Check a bundle, against ``trusted_key`` (32 bytes) where the reader has the server's: the raw Ed25519 public key, or
    its SHA-256, which is what fingerprints show.

    Without a trusted key the bundle is checked against the key it brings, and the report says that nobody vouched for it.
    """
    files, wrong_form = read_zip(raw)
    shape = Refused(problems.BUNDLE_UNREADABLE, value="zip", reason=wrong_form).problem
    checks = [Check("form", len(files), (shape,) if wrong_form else ())]
    manifest, found = _read_manifest(files)
    checks.append(Check("manifest", 1, tuple(found)))
    if manifest is None:
        return Report(tuple(checks))
    listed = Check("files", len(files), tuple(opened.check_files(files, manifest)))
    server_key = read_pem(files.get(form.SERVER_KEY, b""))
    if server_key is None:
        checks += [Check("key", 1, (_unreadable_key(form.SERVER_KEY, "PEM"),)), listed]
        return Report(tuple(checks), manifest.proof, manifest.index, manifest.origin)
    checks.append(Check("key", 1, tuple(_check_key(manifest, server_key, trusted_key))))
    checks.append(Check("signature", 1, tuple(_check_signature(files, server_key))))
    checks.append(listed)
    entries, malformed = opened.parse_entries(files)
    bundle = Opened(files, manifest, server_key, entries)
    checks += _check_content(bundle, malformed)
    return Report(
        tuple(checks),
        manifest.proof,
        manifest.index,
        manifest.origin,
        form.fingerprint(server_key),
        trusted_key is not None,
        manifest.rehearsal,
    )


def _check_content(bundle: Opened, malformed: list[Problem]) -> list[Check]:
    told = telling.Telling(bundle)
    count = len(bundle.entries)
    verdicts = sum(type(entry.event).__name__ == "VerdictShown" for entry in bundle.entries)
    lines = len(told.stop.lines()) if told.stop else 0
    return [
        Check("events", count, (*malformed, *opened.check_events(bundle))),
        Check("chain", count, tuple(opened.check_chain(bundle))),
        Check("ledger", count, tuple(opened.check_ledger(bundle))),
        Check("blobs", len(opened.named_blobs(bundle.entries)), tuple(opened.check_blobs(bundle))),
        Check("story", count, tuple(telling.check_story(told))),
        Check("journey", count, tuple(telling.check_journey(told))),
        Check("outcomes", lines, tuple(telling.check_outcomes(told))),
        Check("verdicts", verdicts, tuple(telling.check_verdicts(told))),
    ]


def _read_manifest(files: dict[str, bytes]) -> tuple[form.Manifest | None, list[Problem]]:
    raw = files.get(form.MANIFEST)
    if raw is None:
        return None, [Refused(problems.BUNDLE_FILE_MISSING, value=form.MANIFEST).problem]
    try:
        return form.decode_manifest(raw), []
    except Refused as refused:
        return None, [refused.problem]


def _check_key(manifest: form.Manifest, server_key: bytes, trusted_key: bytes | None) -> Iterator[Problem]:
    found = form.fingerprint(server_key)
    if manifest.server_key != found:
        yield Refused(problems.BUNDLE_KEY, value=found, expected=manifest.server_key).problem
    if trusted_key is not None and trusted_key not in (server_key, bytes.fromhex(found)):
        yield Refused(problems.BUNDLE_KEY, value=found, expected=trusted_key.hex()).problem


def _check_signature(files: dict[str, bytes], server_key: bytes) -> Iterator[Problem]:
    if not form.manifest_is_signed(files[form.MANIFEST], files.get(form.SIGNATURE, b""), server_key):
        yield Refused(problems.BUNDLE_SIGNATURE, value=form.fingerprint(server_key)).problem


def read_key(text: str) -> bytes:
    """A trusted key from what ``--key`` was given: 64 hexadecimal digits (of the key or of its fingerprint), or a file with
    PEM, such digits, or the raw bytes.

    Raises:
        Refused: BUNDLE_KEY_UNREADABLE.
    """
    if len(text) == 64 and set(text.lower()) <= set("0123456789abcdef"):
        return _valid(text, bytes.fromhex(text))
    path = Path(text)
    if not path.is_file():
        raise Refused(problems.BUNDLE_KEY_UNREADABLE, value=text, reason="没有这个文件 / no such file")
    raw = path.read_bytes()
    if raw.lstrip().startswith(b"-----BEGIN"):
        public = read_pem(raw.replace(b"\r\n", b"\n"))
        return _valid(text, public or b"")
    if len(raw) == 32:
        return _valid(text, raw)
    try:
        return _valid(text, bytes.fromhex(raw.decode("ascii").strip()))
    except ValueError as error:
        raise Refused(problems.BUNDLE_KEY_UNREADABLE, value=text, reason="PEM / HEX") from error


def _valid(text: str, public: bytes) -> bytes:
    try:
        return check_public_key(public)
    except Refused as refused:
        raise Refused(problems.BUNDLE_KEY_UNREADABLE, value=text, reason="Ed25519") from refused


def _unreadable_key(value: str, reason: str) -> Problem:
    return Refused(problems.BUNDLE_KEY_UNREADABLE, value=value, reason=reason).problem


def verify_command(path: Path, key: str | None, language: Language, out: TextIO | None = None) -> int:
    """``handover verify BUNDLE.zip [--key FILE|HEX]``: write every check to ``out`` (default: standard output).

    Returns the exit code: :data:`HOLDS`, :data:`BROKEN` or :data:`UNREADABLE`.
    """
    out = out or sys.stdout
    try:
        trusted = None if key is None else read_key(key)
        raw = _read_file(path)
    except Refused as refused:
        out.write(refused.problem.text(language) + "\n")
        return UNREADABLE
    report = verify_bundle(raw, trusted)
    out.write(render(report, language))
    return HOLDS if report.ok else BROKEN


def _read_file(path: Path) -> bytes:
    if not path.is_file():
        raise Refused(problems.BUNDLE_UNREADABLE, value=path, reason="没有这个文件 / no such file")
    if path.stat().st_size > LIMIT:
        raise Refused(problems.BUNDLE_UNREADABLE, value=path, reason=f"> {LIMIT} B")
    return path.read_bytes()
