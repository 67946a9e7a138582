"""The two sides meet: what the handheld's own services write in a day makes proofs that hold."""

import msgspec
import pytest

from server.proof.verify import verify_bundle
from shared.custody import events as e
from shared.custody.envelope import decode_envelope
from tests.driver_app.services.day import DEVICE, NIGHT, PHONE, SERVER, Phone, work
from tests.server.proof.conftest import bundle
from tests.server.proof.day import Day
from tests.server.proof.memory_ledger import MemoryLedger


class Office(Day):
    """The server's side of a handheld's day: what is enrolled and published, and then what the handheld sends."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger(b"s" * 32)
        assert self.ledger.signer.public_key() == SERVER.public_key()
        plan = work()
        assert plan.route is not None
        self.decides(e.DeviceEnrolled(DEVICE, PHONE.public_key(), "H-1"), NIGHT)
        published = self.decides(e.RoutePublished(plan.route, DEVICE, "u-dispatch"), NIGHT)
        self.work = msgspec.structs.replace(plan, published=published)

    def receive(self, phone: Phone) -> None:
        """Everything in the journal, and every blob."""
        for entry in phone.journal.entries():
            self.ledger.add(decode_envelope(entry.envelope), PHONE.public_key())
        for stored in self.ledger.entries:
            if isinstance(stored.event, e.PhotoTaken):
                self._fetch(phone, stored.event.sha256)
            elif isinstance(stored.event, e.HandoverSigned):
                for person in stored.event.signatories:
                    self._fetch(phone, person.strokes)
                    self._fetch(phone, person.picture)

    def _fetch(self, phone: Phone, digest: str) -> None:
        assert self.ledger.keep(phone.journal.read_blob(digest)) == digest

    def holds(self, proof: str) -> None:
        report = verify_bundle(bundle(self, proof), SERVER.public_key())
        assert report.ok, [problem.text("en") for problem in report.problems]


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_whole_day_of_the_handheld_makes_proofs_that_hold(office: Office) -> None:
    """Two handovers, one of a controlled medicine with two signatures, and a stop that failed; goods come back."""
    phone = Phone().on_the_road(office.work)
    signed = [phone.handed_over("S1", 1), phone.handed_over("S2", 2)]
    phone.at_stop("S3")
    failed = phone.services.stop.fail(e.Failure.CLOSED, "周日关门")
    phone.services.stop.leave()
    phone.services.shift.return_to_depot(1080)
    phone.services.shift.return_goods("L4", 5)
    phone.services.shift.end()
    office.receive(phone)
    for proof in (*signed, failed):
        office.holds(proof)


def test_an_excursion_a_gap_and_a_refusal_make_a_proof_that_holds(office: Office) -> None:
    """The van got warm, one logger stopped speaking; one line is refused, the other short."""
    phone = Phone().on_the_road(office.work)
    phone.at_stop("S1").unloaded()
    phone.downloaded(5.0, L1=[9.5, 12.0, 9.0, 5.0], L2=[None] * 10)
    stop = phone.services.stop
    stop.finish_download()
    stop.decide(stop.outcome("L1", accepted=0, refused=3, reason=e.Reason.TEMPERATURE, note="超温"))
    stop.decide(stop.outcome("L2", accepted=9, short=1, reason=e.Reason.SHORT, note="少一盒"))
    stop.photo(b"\xff\xd8\xff a photo", line_id="L1")
    stop.begin_signing()
    phone.sign()
    proof = stop.sign()
    stop.leave()
    office.receive(phone)
    office.holds(proof)


def test_a_handheld_that_was_killed_in_the_middle_makes_a_proof_that_holds(office: Office) -> None:
    """And what was shown before the kill is shown again after it."""
    phone = Phone().on_the_road(office.work)
    phone.at_the_receiver("S1")
    phone.restart()
    phone.clock.advance(300)
    phone.services.stop.show()
    phone.services.stop.accept_all()
    phone.services.stop.begin_signing()
    phone.restart()
    phone.sign()
    proof = phone.services.stop.sign()
    phone.services.stop.leave()
    phone.services.stop.remark("S1", "重启过一次")
    office.receive(phone)
    office.holds(proof)
