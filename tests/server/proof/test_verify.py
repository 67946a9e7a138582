"""What the verifier finds beyond changed bytes: a bundle that a server signed, and whose content contradicts itself."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from server.proof import manifest as form
from server.proof.report import CHECKS, render
from server.proof.verify import BROKEN, HOLDS, UNREADABLE, read_key, verify_bundle, verify_command
from server.proof.zipform import write_zip
from shared import problems
from shared.coldchain.verdict import Conformity
from shared.custody import events as e
from shared.custody.envelope import decode_envelope
from shared.errors import Refused
from shared.keys import KeySigner, public_pem
from tests.server.proof.conftest import Bundles, bundle, closed, files_of, signed_again
from tests.server.proof.day import DEVICE, ROUTE, Day, at, make_day
from tests.server.proof.memory_ledger import Chain


def found(raw: bytes) -> dict[str, set[int]]:
    """Check → numbers of what does not hold."""
    report = verify_bundle(raw)
    assert not report.ok
    return {check.name: {p.number for p in check.problems} for check in report.checks if check.problems}


def story(*, until: Callable[[Day], None] | None = None, lie: Callable[[Day], str]) -> bytes:
    """The bundle of a day that goes well until somebody with the right keys writes what is not so."""
    day = Day()
    day.begin()
    if until is not None:
        until(day)
    return bundle(day, lie(day))


def arrive(day: Day) -> None:
    """At the first stop, goods out, readings fetched."""
    here = day.route.stops[0].site.fence.centre
    day.says(e.StopArrived(ROUTE, "T1", e.ArrivedBy.GEOFENCE, here, 0.0), at(8, 25))
    for goods in day.route.stops[0].lines():
        day.says(e.GoodsUnloaded(ROUTE, "T1", goods.id, goods.quantity, f"u-{goods.id}", e.Entry.SCANNER), at(8, 28))
    day.download(at(8, 30), "LG-A", "LG-B", "LG-D", "LG-E")


def writes(day: Day, event: e.KnownEvent, moment: object) -> str:
    """The handheld writes, whatever the table says."""
    return day.ledger.append(day.handheld, event, moment)  # type: ignore[arg-type]


def signed(day: Day, shown: str, **changes: object) -> e.HandoverSigned:
    event = e.HandoverSigned(
        ROUTE,
        "T1",
        (e.LineOutcome("L1", e.Outcome.ACCEPTED, 30), e.LineOutcome("L2", e.Outcome.ACCEPTED, 10)),
        (day.signatory("李秀英", "药库管理员", "1", 1), day.signatory("陈志强", "复核人", "2", 2)),
        shown,
        None,
        "zh",
    )
    return msgspec.structs.replace(event, **changes)


# keys ------------------------------------------------------------------------------------------------------------------


def test_without_a_trusted_key_the_report_says_that_nobody_vouched_for_it(bundles: Bundles) -> None:
    report = verify_bundle(bundles.raw["accepted"])
    assert report.ok
    assert not report.key_compared
    assert "未比对" in render(report, "zh")
    assert "Compare the key's fingerprint" in render(report, "en")


def test_a_bundle_of_another_server_is_rejected_by_the_trusted_key(bundles: Bundles) -> None:
    """All of it may hold together; it is somebody else's."""
    report = verify_bundle(bundles.raw["accepted"], KeySigner(b"x" * 32).public_key())
    assert [p.number for p in report.problems] == [8015]


def test_the_fingerprint_vouches_as_well_as_the_key(bundles: Bundles) -> None:
    """It is what people have on paper."""
    printed = form.fingerprint(bundles.day.ledger.signer.public_key())
    assert verify_bundle(bundles.raw["accepted"], read_key(printed)).ok
    other = read_key("0" * 64)
    assert not verify_bundle(bundles.raw["accepted"], other).ok


def test_a_stranger_who_signs_the_manifest_with_his_own_key_is_found(bundles: Bundles) -> None:
    """He can replace the server's key in the bundle; what the server signed then no longer fits."""
    stranger = KeySigner(b"e" * 32)
    files = {**files_of(bundles.raw["accepted"]), form.SERVER_KEY: public_pem(stranger.public_key())}
    raw = signed_again(files, stranger, server_key=form.fingerprint(stranger.public_key()))
    assert {"events", "ledger"} <= found(raw).keys()


def test_a_key_file_in_another_spelling_is_refused(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    files[form.SERVER_KEY] = files[form.SERVER_KEY].replace(b"\n", b"\r\n")
    assert found(signed_again(files, bundles.day.ledger.signer))["key"] == {8016}


# envelopes, chain, ledger ---------------------------------------------------------------------------------------------


def entry_of(bundles: Bundles, name: str, kind: type) -> int:
    """The ledger index of the first event of a type in a bundle."""
    indexes = {form.entry_index(file) for file in files_of(bundles.raw[name])}
    return next(x.index for x in bundles.day.ledger.entries if x.index in indexes and isinstance(x.event, kind))


def test_an_event_that_was_signed_by_another_key_is_named(bundles: Bundles) -> None:
    """The payload is untouched; somebody else signed it."""
    index = entry_of(bundles, "accepted", e.VehicleDeparted)
    files = files_of(bundles.raw["accepted"])
    original = bundles.day.ledger.entries[index]
    forged = Chain(DEVICE, KeySigner(b"f" * 32)).write(original.event, original.record.at, "u-driver")
    files[form.entry_name(index)] = forged.encode()
    numbers = found(signed_again(files, bundles.day.ledger.signer))
    assert numbers["events"] == {8019}
    assert numbers["ledger"] == {8006}


def test_a_payload_under_an_old_signature_is_named(bundles: Bundles) -> None:
    index = entry_of(bundles, "accepted", e.VehicleDeparted)
    files = files_of(bundles.raw["accepted"])
    envelope = decode_envelope(files[form.entry_name(index)])
    changed = envelope.payload.replace(b"48211", b"48111")
    assert changed != envelope.payload
    files[form.entry_name(index)] = msgspec.structs.replace(envelope, payload=changed).encode()
    assert found(signed_again(files, bundles.day.ledger.signer))["events"] == {8018}


def test_an_envelope_that_cannot_be_parsed_is_named(bundles: Bundles) -> None:
    index = entry_of(bundles, "accepted", e.VehicleDeparted)
    for junk in (b"", b"{}", b"[1", b"\xff\xfe", b"[" * 100_000):
        files = {**files_of(bundles.raw["accepted"]), form.entry_name(index): junk}
        assert found(signed_again(files, bundles.day.ledger.signer))["events"] == {8017}


def test_a_device_that_nobody_enrolled_is_not_believed(bundles: Bundles) -> None:
    index = entry_of(bundles, "accepted", e.DeviceEnrolled)
    files = files_of(bundles.raw["accepted"])
    for name in (form.entry_name(index), form.proof_name(index)):
        del files[name]
    numbers = found(signed_again(files, bundles.day.ledger.signer))
    assert 8019 in numbers["events"]


def test_neighbours_in_a_chain_must_name_each_other(bundles: Bundles) -> None:
    """A device that forks its own history signs both branches; only the chain gives it away."""
    day = make_day()
    index = next(x.index for x in day.ledger.entries if isinstance(x.event, e.StopArrived))
    fork = Chain(DEVICE, day.handheld.signer)
    before = day.ledger.entries[index].record
    fork.state = msgspec.structs.replace(fork.state, seq=before.seq - 1, head="ab" * 32)
    original = day.ledger.entries[index]
    day.ledger.entries[index] = msgspec.structs.replace(
        original, envelope=fork.write(original.event, original.record.at, "u-driver")
    )
    assert found(bundle(day, day.proofs["accepted"]))["chain"] == {8020}


def test_an_entry_under_another_number_is_named(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    index = entry_of(bundles, "accepted", e.VehicleDeparted)
    free = next(i for i in range(1000) if form.entry_name(i) not in files)
    files[form.entry_name(free)] = files.pop(form.entry_name(index))
    files[form.proof_name(free)] = files.pop(form.proof_name(index))
    assert 8006 in found(signed_again(files, bundles.day.ledger.signer))["ledger"]


def test_a_checkpoint_of_another_size_is_named(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    files[form.CHECKPOINT] = files[form.CHECKPOINT].replace(b"\n63\n", b"\n64\n")
    assert found(signed_again(files, bundles.day.ledger.signer))["ledger"] == {8005}
    files[form.CHECKPOINT] = b"\xff"
    assert found(signed_again(files, bundles.day.ledger.signer))["ledger"] == {8005}


def test_an_inclusion_proof_without_its_entry_is_extra(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    files["entries/999.tlog-proof"] = files[form.proof_name(0)]
    assert found(signed_again(files, bundles.day.ledger.signer))["ledger"] == {8003}


# blobs -----------------------------------------------------------------------------------------------------------------


def blob_of(files: dict[str, bytes]) -> str:
    return next(name for name in sorted(files) if form.blob_digest(name))


def test_a_swapped_photo_is_named_although_the_server_signed_the_new_one(bundles: Bundles) -> None:
    files = files_of(bundles.raw["failed"])
    files[blob_of(files)] = b"another picture"
    assert found(signed_again(files, bundles.day.ledger.signer))["blobs"] == {8013}


def test_a_missing_photo_is_named(bundles: Bundles) -> None:
    files = files_of(bundles.raw["failed"])
    del files[blob_of(files)]
    assert found(signed_again(files, bundles.day.ledger.signer))["blobs"] == {8007}


def test_a_photo_that_no_event_names_is_extra(bundles: Bundles) -> None:
    files = files_of(bundles.raw["failed"])
    files[form.blob_name("ab" * 32)] = b"who took this?"
    assert found(signed_again(files, bundles.day.ledger.signer))["blobs"] == {8003}


# what the events tell --------------------------------------------------------------------------------------------------


def test_a_manifest_about_another_record_is_named(bundles: Bundles) -> None:
    files = files_of(bundles.raw["accepted"])
    signer = bundles.day.ledger.signer
    assert 8013 in found(signed_again(files, signer, proof="ab" * 32))["story"]
    assert found(signed_again(files, signer, index=1))["story"] == {8013}
    assert found(signed_again(files, signer, kind="StopFailed"))["story"] == {8013}


def test_a_document_that_is_no_pdf_is_named(bundles: Bundles) -> None:
    files = {**files_of(bundles.raw["accepted"]), form.PDF["zh"]: b"<html>"}
    assert found(signed_again(files, bundles.day.ledger.signer))["story"] == {8013}


def test_entries_of_another_stop_do_not_belong(bundles: Bundles) -> None:
    ledger = bundles.day.ledger
    stray = next(x for x in ledger.entries if isinstance(x.event, e.StopLeft) and x.event.stop_id == "T3")
    files = files_of(bundles.raw["accepted"])
    files[form.entry_name(stray.index)] = stray.envelope.encode()
    files[form.proof_name(stray.index)] = ledger.proofs([stray.index])[stray.index].text().encode()
    assert found(signed_again(files, ledger.signer))["story"] == {8013}


def test_without_the_published_route_nothing_can_be_judged(bundles: Bundles) -> None:
    index = entry_of(bundles, "accepted", e.RoutePublished)
    files = files_of(bundles.raw["accepted"])
    for name in (form.entry_name(index), form.proof_name(index)):
        del files[name]
    assert {"story", "journey", "outcomes", "verdicts"} <= found(signed_again(files, bundles.day.ledger.signer)).keys()


def test_a_missing_override_is_named(bundles: Bundles) -> None:
    index = entry_of(bundles, "accepted", e.DepartureOverridden)
    files = files_of(bundles.raw["accepted"])
    for name in (form.entry_name(index), form.proof_name(index)):
        del files[name]
    assert found(signed_again(files, bundles.day.ledger.signer))["story"] == {8013}


def test_a_handheld_that_had_been_revoked_is_not_believed() -> None:
    def lie(day: Day) -> str:
        day.decides(e.DeviceRevoked(DEVICE, "lost", "u-admin"), at(8, 33))
        return day.says(signed(day, day.show(day.route.stops[0], at(8, 31))), at(8, 36))

    assert found(story(until=arrive, lie=lie))["story"] == {8013}


def test_a_route_that_the_handheld_gave_itself_is_not_believed() -> None:
    """A server's event with a handheld's signature."""
    day = Day()
    enrolled = e.DeviceEnrolled(DEVICE, day.handheld.signer.public_key(), "手持 7 号")
    day.decides(enrolled, at(5))
    published = day.ledger.append(day.handheld, e.RoutePublished(day.route, DEVICE, "me"), at(5, 30))
    writes(day, e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    writes(day, e.StopArrived(ROUTE, "T1", e.ArrivedBy.HAND, None, None), at(8))
    proof = writes(day, e.StopFailed(ROUTE, "T1", e.Failure.CLOSED, "", None), at(8, 5))
    assert found(bundle(day, proof))["events"] == {8019}


def test_a_step_that_was_not_allowed_is_named() -> None:
    """Signed without ever arriving."""
    numbers = found(story(lie=lambda day: writes(day, signed(day, "00" * 32), at(8, 36))))
    assert numbers["journey"] == {8021}
    assert 8013 in numbers["story"]


def test_a_verdict_that_does_not_follow_from_the_readings_is_named() -> None:
    """The box was at 11 °C, and the receiver was shown that all was well."""

    def lie(day: Day) -> str:
        day.first_stop()
        visit = day.route.stops[1]
        here = visit.site.fence.centre
        day.says(e.StopArrived(ROUTE, "T2", e.ArrivedBy.HAND, here, 0.0), at(9, 9))
        for goods in visit.lines():
            day.says(
                e.GoodsUnloaded(ROUTE, "T2", goods.id, goods.quantity, f"u-{goods.id}", e.Entry.SCANNER), at(9, 12)
            )
        day.download(at(9, 15), "LG-A", "LG-B", "LG-C")
        honest = day.show(visit, at(9, 18))
        shown = day.ledger.find(honest)
        assert shown is not None
        assert isinstance(shown.event, e.VerdictShown)
        nice = tuple(
            e.LineVerdict(
                one.line_id,
                msgspec.structs.replace(one.verdict, conformity=Conformity.CONFORMANT, excursions=(), highest=7.9),
            )
            for one in shown.event.verdicts
        )
        pretty = day.says(e.VerdictShown(ROUTE, "T2", nice), at(9, 19))
        outcomes = (e.LineOutcome("L3", e.Outcome.ACCEPTED, 20), e.LineOutcome("L4", e.Outcome.ACCEPTED, 12))
        person = day.signatory("赵敏", "主管药师", "9", 9)
        return day.says(e.HandoverSigned(ROUTE, "T2", outcomes, (person,), pretty, None, "zh"), at(9, 24))

    numbers = found(story(lie=lie))
    assert numbers == {"verdicts": {8008}}


def test_readings_held_back_are_noticed_by_the_verdict(bundles: Bundles) -> None:
    """Without the segment of the excursion the verdict that was shown no longer follows."""
    files = files_of(bundles.raw["refused"])
    ledger = bundles.day.ledger
    index = next(
        x.index
        for x in ledger.entries
        if isinstance(x.event, e.ReadingsSealed) and x.event.logger_id == "LG-C" and form.entry_name(x.index) in files
    )
    for name in (form.entry_name(index), form.proof_name(index)):
        del files[name]
    assert found(signed_again(files, ledger.signer)) == {"verdicts": {8008}}


def test_a_verdict_from_before_arrival_is_not_one_of_the_whole_way() -> None:
    """Judged at departure, shown at the door: the warm hour between would not be in it."""

    def lie(day: Day) -> str:
        visit = day.route.stops[0]
        early = day.journey
        digest = day.show(visit, at(8, 31))
        shown = day.ledger.find(digest)
        assert shown is not None
        assert isinstance(shown.event, e.VerdictShown)
        old = tuple(
            e.LineVerdict(one.line_id, msgspec.structs.replace(one.verdict, end=early.departed))
            for one in shown.event.verdicts
        )
        again = day.says(e.VerdictShown(ROUTE, "T1", old), at(8, 32))
        return day.says(signed(day, again), at(8, 36))

    assert found(story(until=arrive, lie=lie)) == {"verdicts": {8013}}


def test_quantities_that_do_not_add_up_are_named() -> None:
    def lie(day: Day) -> str:
        shown = day.show(day.route.stops[0], at(8, 31))
        outcomes = (e.LineOutcome("L1", e.Outcome.ACCEPTED, 29), e.LineOutcome("L2", e.Outcome.ACCEPTED, 10))
        return writes(day, signed(day, shown, outcomes=outcomes), at(8, 36))

    assert 2023 in found(story(until=arrive, lie=lie))["outcomes"]


def test_a_line_without_an_outcome_is_named() -> None:
    def lie(day: Day) -> str:
        shown = day.show(day.route.stops[0], at(8, 31))
        return writes(day, signed(day, shown, outcomes=(e.LineOutcome("L1", e.Outcome.ACCEPTED, 30),)), at(8, 36))

    assert found(story(until=arrive, lie=lie))["outcomes"] == {8022}


def test_more_than_was_loaded_cannot_be_accepted() -> None:
    """A route whose line L1 is fifty packs, of which thirty were loaded."""

    def lie(day: Day) -> str:
        shown = day.show(day.route.stops[0], at(8, 31))
        outcomes = (e.LineOutcome("L1", e.Outcome.ACCEPTED, 31), e.LineOutcome("L2", e.Outcome.ACCEPTED, 10))
        return writes(day, signed(day, shown, outcomes=outcomes), at(8, 36))

    assert found(story(until=arrive, lie=lie))["outcomes"] == {2023, 8022}


def test_a_controlled_medicine_needs_two_signatures_and_each_a_name() -> None:
    def lie(day: Day) -> str:
        shown = day.show(day.route.stops[0], at(8, 31))
        return writes(day, signed(day, shown, signatories=(day.signatory(" ", "药师", "1", 1),)), at(8, 36))

    assert found(story(until=arrive, lie=lie))["outcomes"] == {2022, 8022}


@pytest.mark.parametrize(("strokes", "number"), [([], 2020), ([[(0.5, 0.5)] * 20], 2020), ({"no": "pen"}, 8013)])
def test_a_dot_is_no_signature(strokes: object, number: int) -> None:
    def lie(day: Day) -> str:
        shown = day.show(day.route.stops[0], at(8, 31))
        blank = day.ledger.keep(json.dumps(strokes).encode())
        event = signed(day, shown)
        one = msgspec.structs.replace(event.signatories[0], strokes=blank)
        return day.says(msgspec.structs.replace(event, signatories=(one, event.signatories[1])), at(8, 36))

    assert found(story(until=arrive, lie=lie)) == {"outcomes": {number}}


# form ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: b"", "truncated"),
        (lambda raw: b"[]", "object"),
        (lambda raw: raw.replace(b'"form": 1', b'"form": 2'), "form 2"),
        (lambda raw: raw.replace(b" ", b""), "not canonical"),
        (lambda raw: raw.replace(b'"rehearsal": false', b'"rehearsal": false,\n "more": 1'), "more"),
    ],
)
def test_a_manifest_of_another_form_is_refused(bundles: Bundles, change: Callable[[bytes], bytes], reason: str) -> None:
    files = files_of(bundles.raw["accepted"])
    files[form.MANIFEST] = change(files[form.MANIFEST])
    report = verify_bundle(closed(files))
    assert not report.ok
    assert [check.name for check in report.checks] == ["form", "manifest"]
    assert "未能检查" in render(report, "zh")
    assert "could not be checked" in render(report, "en")


def test_every_check_has_a_name_in_both_languages_and_is_made(bundles: Bundles) -> None:
    report = verify_bundle(bundles.raw["refused"])
    assert [check.name for check in report.checks] == list(CHECKS)
    for title in CHECKS.values():
        assert title.zh in render(report, "zh")
        assert title.en in render(report, "en")


def test_a_rehearsal_says_so(bundles: Bundles) -> None:
    day = bundles.day
    report = verify_bundle(bundle(day, day.proofs["failed"], rehearsal=True))
    assert report.ok
    assert report.rehearsal
    assert "REHEARSAL" in render(report, "zh")


# the command -----------------------------------------------------------------------------------------------------------


def said(path: Path, key: str | None, language: str = "en") -> tuple[int, str]:
    out = io.StringIO()
    return verify_command(path, key, language, out), out.getvalue()  # type: ignore[arg-type]


@pytest.fixture
def saved(bundles: Bundles, tmp_path: Path) -> Path:
    path = tmp_path / "proof.zip"
    path.write_bytes(bundles.raw["refused"])
    return path


def test_the_command_ends_with_0_only_if_everything_holds(bundles: Bundles, saved: Path) -> None:
    key = bundles.day.ledger.signer.public_key()
    assert said(saved, key.hex()) == (HOLDS, render(verify_bundle(saved.read_bytes(), key), "en"))
    assert said(saved, None, "zh")[0] == HOLDS
    saved.write_bytes(saved.read_bytes() + b"x")
    code, text = said(saved, None)
    assert code == BROKEN
    assert "DOES NOT HOLD" in text
    assert "#8001" in text


def test_the_command_ends_with_2_where_there_is_nothing_to_read(saved: Path) -> None:
    assert said(saved.parent / "none.zip", None)[0] == UNREADABLE
    code, text = said(saved, "no-such-key", "zh")
    assert code == UNREADABLE
    assert "#8016" in text


def test_a_key_may_be_given_as_digits_pem_hex_file_or_raw(bundles: Bundles, tmp_path: Path) -> None:
    key = bundles.day.ledger.signer.public_key()
    path = tmp_path / "key"
    assert read_key(key.hex()) == key
    for content in (public_pem(key), public_pem(key).replace(b"\n", b"\r\n"), key, key.hex().encode() + b"\n"):
        path.write_bytes(content)
        assert read_key(str(path)) == key


@pytest.mark.parametrize(
    "content", [b"", b"short", b"zz" * 32, b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        read_key(str(path))
    assert refused.value.kind is problems.BUNDLE_KEY_UNREADABLE


def test_the_verifier_needs_no_server_no_database_and_no_web_framework(saved: Path) -> None:
    """In a process of its own, with the modules it loaded counted."""
    code = (
        "import sys; from pathlib import Path; from server.proof.verify import verify_command\n"
        f"code = verify_command(Path({str(saved)!r}), None, 'en')\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not loaded & {'flask', 'sqlalchemy', 'flask_sqlalchemy', 'werkzeug', 'typst', 'PIL'}, loaded\n"
        "ours = {n for n in sys.modules if n.startswith('server.')}\n"
        "assert all(n.startswith('server.proof') for n in ours), ours\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == HOLDS, done.stderr
    assert "everything holds" in done.stdout


def test_an_empty_zip_is_refused() -> None:
    report = verify_bundle(write_zip({"README.txt": b"hello"}))
    assert [p.number for p in report.problems] == [8002]
